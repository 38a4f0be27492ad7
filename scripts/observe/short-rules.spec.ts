import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { RULE_FILES } from "../servers/prometheus.ts";
import { shortened } from "./short-rules.ts";

test("shortened rules differ in their times alone", () => {
  expect(shortened("x offset 30m > max_over_time(y:increase15m[5m]) * 3600\nfor: 2h")).toBe(
    "x offset 6s > max_over_time(y:increase15m[6s]) * 3600\nfor: 1s",
  );
  const timeless = (text: string) => text.replaceAll(/(\[|\boffset |\bfor: )\d+[smhd]/g, "$1");
  for (const path of RULE_FILES) {
    const rules = readFileSync(path, "utf8");
    expect(timeless(shortened(rules))).toBe(timeless(rules));
    expect(shortened(rules)).not.toMatch(/(\[|\boffset |\bfor: )\d+[mhd]/);
  }
});
