import { describe, expect, it } from "vitest";
import { merged } from "./results-file.ts";

const OLD = "# Benchmark results\n\nold\n\n# Cluster\n\nold cluster\n";

describe("merged", () => {
  it("replaces one report and keeps the other", () => {
    expect(merged(OLD, { embedded: "# Benchmark results\n\nnew\n" })).toBe(
      "# Benchmark results\n\nnew\n\n# Cluster\n\nold cluster\n",
    );
    expect(merged(OLD, { cluster: "# Cluster\n\nnew\n" })).toBe(
      "# Benchmark results\n\nold\n\n# Cluster\n\nnew\n",
    );
  });

  it("begins a file with either", () => {
    expect(merged("", { cluster: "# Cluster\n\nnew\n" })).toBe("# Cluster\n\nnew\n");
    expect(merged("# Benchmark results\n", { cluster: "# Cluster\n" })).toBe(
      "# Benchmark results\n\n# Cluster\n",
    );
  });
});
