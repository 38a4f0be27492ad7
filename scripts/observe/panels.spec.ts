import { expect, test } from "vitest";
import { panelQueries, withVariables } from "./panels.ts";

test("the queries of the dashboards have no variable left", () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's variable, not ours.
  const expression = 'rate(x{instance=~"$instance"}[$__rate_interval]) + "${role:regex}"';
  expect(withVariables(expression, "10s")).toBe('rate(x{instance=~".*"}[10s]) + ".*"');
  const queries = panelQueries();
  expect(queries.length).toBeGreaterThan(50);
  for (const query of queries) expect(withVariables(query.expression, "10s")).not.toContain("$");
});
