import { createContext, runInContext } from "node:vm";
import { expect, it } from "vitest";
import { flameGraphPage } from "./flame-graph.ts";

it("is one page that loads nothing, whose scripts work in their order", async () => {
  const page = await flameGraphPage("a < b", { name: "</script><b>", value: 1, children: [] });
  expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
  expect(page).toContain("<title>a &lt; b</title>");
  const scripts = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = ""]) => script);
  const drawing = scripts.pop() ?? "";
  const context = createContext({ document: { createElement: () => ({}), head: { appendChild: () => {} } } });
  for (const script of scripts) runInContext(script, context);
  expect(runInContext("[typeof d3.select, typeof flamegraph.default]", context)).toEqual([
    "function",
    "function",
  ]);
  expect(() => new Function(drawing)).not.toThrow();
  expect(drawing).toContain('"\\u003c/script>');
});
