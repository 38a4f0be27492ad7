import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { FlameNode } from "./self-times.ts";

/** What d3-flame-graph needs in a page, each after what it needs itself. */
const D3 = [
  ...["array", "color", "interpolate", "format", "time", "time-format", "scale"],
  ...["dispatch", "timer", "ease", "selection", "transition", "hierarchy"],
];

/** One HTML file that needs nothing else: a click opens a part, and a box searches. */
export async function flameGraphPage(title: string, tree: FlameNode): Promise<string> {
  const scripts = await Promise.all(scriptFiles().map((file) => readFile(file, "utf8")));
  const data = JSON.stringify(tree).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escaped(title)}</title>
<style>body { font-family: sans-serif; margin: 1rem } #details { min-height: 1.5em; font-family: monospace }</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p><input id="term" type="search" placeholder="search"> <button id="reset" type="button">reset</button></p>
<div id="chart"></div>
<p id="details"></p>
${scripts.map((script) => `<script>${script.replaceAll("</script", "<\\/script")}</script>`).join("\n")}
<script>
const chart = flamegraph.default().width(document.body.clientWidth);
chart.setDetailsElement(document.getElementById("details"));
d3.select("#chart").datum(${data}).call(chart);
document.getElementById("term").addEventListener("input", ({ target }) => chart.search(target.value));
document.getElementById("reset").addEventListener("click", () => chart.resetZoom());
</script>
</body>
</html>
`;
}

/** Built for pages, they are beside the modules that Node.js would load. */
function scriptFiles(): string[] {
  const flameGraph = createRequire(import.meta.url).resolve("d3-flame-graph");
  const packages = join(dirname(flameGraph), "..", "..");
  const ofD3 = D3.map((name) => join(packages, `d3-${name}`, "dist", `d3-${name}.min.js`));
  return [...ofD3, join(dirname(flameGraph), "d3-flamegraph.umd.min.js")];
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
