import { defineConfig } from "vitest/config";

const CHAOS = "test/chaos/**/*.spec.ts";
const NEVER = ["node_modules/**", "data/**"];

export default defineConfig({
  test: {
    reporters: ["default", ["json", { outputFile: "test-results/vitest.json" }]],
    projects: [
      {
        extends: true,
        test: {
          name: "specs",
          include: ["**/*.spec.ts"],
          exclude: [...NEVER, CHAOS],
          globalSetup: ["test/global-setup.ts"],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // One after the other, with the machine for themselves: they start whole systems, and stop and block them.
        extends: true,
        test: {
          name: "chaos",
          include: [CHAOS],
          fileParallelism: false,
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
