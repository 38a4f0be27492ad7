import { defineConfig } from "vitest/config";

const CHAOS = "test/chaos/**/*.spec.ts";
const NEVER = ["node_modules/**", "data/**"];

export default defineConfig({
  test: {
    // These specs wait for real servers on two shared cores: where nobody looks, one that fails is looked at twice.
    retry: process.env.CI ? 1 : 0,
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
