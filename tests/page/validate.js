/* validate.js PAGE.. - each page by an HTML validator and by axe; exit 1 where one finds anything. */
"use strict";
const fs = require("fs");
const { HtmlValidate } = require("html-validate");
const { JSDOM } = require("jsdom");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

async function findings(path) {
    const text = fs.readFileSync(path, "utf8");
    /* A title is the plan's name, as long as people made it. */
    const validator = new HtmlValidate({
        extends: ["html-validate:recommended"], rules: { "long-title": "off" } });
    const report = await validator.validateString(text);
    const out = report.results.flatMap((r) =>
        r.messages.map((m) => `${path}:${m.line}:${m.column}: ${m.ruleId}: ${m.message}`));
    const { window } = new JSDOM(text, { runScripts: "outside-only" });
    window.eval(axe);
    /* Colours need a browser that draws. */
    const seen = await window.axe.run(window.document, { rules: { "color-contrast": { enabled: false } } });
    for (const v of seen.violations)
        out.push(`${path}: ${v.id}: ${v.help} (${v.nodes.length} times)`);
    return out;
}

(async () => {
    let bad = 0;
    for (const path of process.argv.slice(2))
        for (const line of await findings(path)) {
            console.log(line);
            bad = 1;
        }
    process.exit(bad);
})();
