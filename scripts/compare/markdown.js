// @diplodoc/translation with the engine of the comparison: extract, a target for each unit, compose.
// node markdown.js FOLDER-OF-MODULES < jobs; a job is a line of JSON: {input, output, engine}; a line of JSON comes back.
const fs = require("fs");
const {extract, compose} = require(process.argv[2] + "/node_modules/@diplodoc/translation");
const lower = [..."áƀćďéƒǵĥíĵķĺɱńóṕɋŕśťúṽŵẋýź"], upper = [..."ÁƁĆĎÉƑǴĤÍĴĶĹḾŃÓṔɊŔŚŤÚṼŴẊÝŹ"];
const letter = c => (c >= "a" ? lower[c.charCodeAt(0) - 97] : upper[c.charCodeAt(0) - 65]);
// Tags of the exchange format, their entities, and what stands between the marks of code stay as they are.
const kept = /<x ctype="code_open"[^>]*>[^]*?<x ctype="code_close"[^>]*>|<[^>]*>|&[#\w]+;|https?:\/\/[^\s<]+|[a-zA-Z]/g;
const letters = text => text.replace(kept, part => (part.length === 1 ? letter(part) : part));
for (const line of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const {input, output, engine} = JSON.parse(line);
  const start = process.cpuUsage();
  let said = "ok";
  try {
    const content = fs.readFileSync(input, "utf8");
    const {units, skeleton} = extract(content, {
      compact: true,
      source: {language: "en", locale: "US"},
      target: {language: "pt", locale: "PT"},
      originalFile: input,
      skeletonFile: input,
    });
    const targets = units.map(unit => (engine === "letters" ? letters(unit) : unit));
    fs.writeFileSync(output, compose(skeleton, targets, {useSource: true}));
  } catch (error) {
    said = String(error).split("\n")[0];
  }
  const spent = process.cpuUsage(start);
  console.log(JSON.stringify({milliseconds: (spent.user + spent.system) / 1e3, said}));
}
