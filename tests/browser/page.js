// Translates a document on the page at `/` in a real browser, as a person would: chooses the file, the languages and the key,
// and saves the result. Usage: node page.js CHROMIUM URL FILE FOLDER. Speaks the browser's own protocol over two pipes.
"use strict";
const { spawn } = require("node:child_process");
const [program, url, file, folder] = process.argv.slice(2);

const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
  "--no-proxy-server", "--user-data-dir=" + folder + "/profile", "--remote-debugging-pipe", "about:blank"];
const browser = spawn(program, flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const waiting = new Map(), listeners = [];
let next = 0, rest = "";

browser.stdio[4].on("data", piece => {
  const messages = (rest + piece).split("\0");
  rest = messages.pop();
  for (const message of messages.map(text => JSON.parse(text))) {
    if (message.id) {
      const { resolve, reject } = waiting.get(message.id);
      waiting.delete(message.id);
      message.error ? reject(new Error(message.error.message)) : resolve(message.result);
    }
    for (const listener of listeners) listener(message);
  }
});

function call(method, params = {}, sessionId) {
  const id = ++next;
  browser.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

function event(fits) {
  return new Promise(resolve => listeners.push(message => { if (fits(message)) resolve(message.params); }));
}

async function main() {
  const { targetId } = await call("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
  const page = (method, params) => call(method, params, sessionId);
  // Runs in the page, past its policy: as somebody at the keyboard, not as a script of the page.
  const run = async expression => {
    const answer = await page("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception.description);
    return answer.result.value;
  };
  const until = expression => run(`new Promise(resolve => {
    const look = () => (${expression}) ? resolve() : requestAnimationFrame(look); look(); })`);
  const complaints = [];
  listeners.push(message => { if (message.method === "Log.entryAdded") complaints.push(message.params.entry.text); });
  await page("Page.enable");
  await page("Log.enable");
  await page("DOM.enable");
  await call("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder, eventsEnabled: true });
  const loaded = event(message => message.method === "Page.loadEventFired");
  await page("Page.navigate", { url });
  await loaded;
  await until("document.getElementById('to').options.length > 1");

  const { root } = await page("DOM.getDocument");
  const { nodeId } = await page("DOM.querySelector", { nodeId: root.nodeId, selector: "#file" });
  await page("DOM.setFileInputFiles", { nodeId, files: [file] });
  await until("!document.getElementById('go').disabled");
  await run("document.getElementById('from').value = 'en'; document.getElementById('to').value = 'pt'");

  await run("document.getElementById('key').value = 'wrong'; document.getElementById('go').click()");
  await until("document.getElementById('state').className === 'bad'");
  const refused = await run("document.getElementById('state').textContent");

  await run("document.getElementById('key').value = 'terjuman-dev-key'; document.getElementById('go').click()");
  await until("!document.getElementById('result').hidden");
  const state = await run("document.getElementById('state').textContent");
  const saved = event(message => message.method === "Browser.downloadProgress" && message.params.state === "completed");
  const begun = event(message => message.method === "Browser.downloadWillBegin");
  await run("document.getElementById('result').click()");
  const { suggestedFilename } = await begun;
  await saved;
  const policy = complaints.filter(text => text.includes("Content Security Policy"));
  process.stdout.write(JSON.stringify({ refused, state, name: suggestedFilename, policy }));
}

main().then(() => 0, error => { process.stderr.write(String(error.stack)); return 1; }).then(code => {
  browser.once("exit", () => process.exit(code));
  call("Browser.close").catch(() => {});
});
