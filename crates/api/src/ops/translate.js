"use strict";
// The page at `/`: one document, translated by the synchronous operation. Texts are put in as texts, never as HTML.
const at = id => document.getElementById(id);
const API = "api-version=2026-03-01";
let chosen = null;

function say(text, bad) {
  at("state").textContent = text;
  at("state").className = bad ? "bad" : "";
}

function choose(file) {
  chosen = file || null;
  at("name").textContent = chosen ? chosen.name : "Drop a document here, or choose one.";
  at("go").disabled = !chosen;
  at("result").hidden = true;
  say("");
}

async function languages() {
  const answer = await fetch("/languages?" + API);
  const known = (await answer.json()).translation;
  const codes = Object.keys(known).sort((a, b) => known[a].name.localeCompare(known[b].name));
  for (const code of codes) {
    for (const list of ["from", "to"]) at(list).add(new Option(known[code].name, code));
  }
  if (!codes.length) say("The server has no languages yet: its operator gets a model with `terjuman models pull`.", true);
  // What the reader's browser speaks, if the server does.
  const own = navigator.languages.map(tag => tag.split("-")[0]).find(tag => known[tag] && tag !== "en");
  at("to").value = own || (known.pt ? "pt" : codes[0]);
}

function named(name, language) {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) + "." + language + name.slice(dot) : name + "." + language;
}

async function translate() {
  const language = at("to").value, query = new URLSearchParams({ targetLanguage: language });
  if (at("from").value) query.set("sourceLanguage", at("from").value);
  const form = new FormData();
  form.append("document", chosen, chosen.name);
  at("go").disabled = true;
  at("result").hidden = true;
  say("Translating…");
  try {
    const headers = { "Ocp-Apim-Subscription-Key": at("key").value };
    const path = "/translator/document:translate?" + API + "&" + query;
    const answer = await fetch(path, { method: "POST", headers, body: form });
    if (!answer.ok) {
      // What stands before the server (a proxy) may answer with something else.
      const error = await answer.json().then(body => body.error, () => null) ||
        { message: "The document was refused with status " + answer.status + "." };
      const again = answer.headers.get("retry-after");
      say(error.message + (again ? " (Again in " + again + " s.)" : ""), true);
      return;
    }
    const link = at("result");
    URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(await answer.blob());
    link.download = link.textContent = named(chosen.name, language);
    link.hidden = false;
    const report = answer.headers.get("terjuman-report") || "";
    const words = /(?:^|, )words=(\d+)/.exec(report);
    say(words ? "Done: " + words[1] + " words." : "Done.");
  } catch (error) {
    say("The server does not answer. Is it running? Then try again.", true);
  } finally {
    at("go").disabled = !chosen;
  }
}

at("file").addEventListener("change", () => choose(at("file").files[0]));
at("go").addEventListener("click", translate);
for (const kind of ["dragover", "dragleave", "drop"]) {
  at("drop").addEventListener(kind, event => {
    event.preventDefault();
    at("drop").className = kind === "dragover" ? "over" : "";
    if (kind === "drop") choose(event.dataTransfer.files[0]);
  });
}
choose(null);
languages().catch(() => say("The list of languages cannot be had. Load the page again.", true));
