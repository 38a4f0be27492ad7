import { afterEach, beforeEach } from "vitest";
import { type Harness, type HarnessOptions, startHarness, temporaryDirectory } from "./actor-harness.ts";

/** Nodes with counters on one SQLite file per test, stopped after it. */
export function actorFixture() {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let running: Harness[];

  beforeEach(async () => {
    directory = await temporaryDirectory();
    running = [];
  });

  afterEach(async () => {
    for (const harness of running) await harness.stop();
    await directory.remove();
  });

  /** From now on the test stops it itself. */
  function forget(harness: Harness): void {
    running.splice(running.indexOf(harness), 1);
  }

  return {
    dataDir: () => directory.path,
    forget,
    async start(options: Omit<HarnessOptions, "dataDir"> = {}): Promise<Harness> {
      const harness = await startHarness({ dataDir: directory.path, ...options });
      running.push(harness);
      return harness;
    },
    async crash(harness: Harness): Promise<void> {
      forget(harness);
      await harness.crash();
    },
  };
}

/** The counter's value, or why there is none. */
export async function count(harness: Harness, id: string): Promise<number | string | undefined> {
  const outcome = await harness.host.ask(id, { name: "get" });
  return outcome.ok ? outcome.reply : outcome.error.type;
}

export async function rows(harness: Harness, sql: string): Promise<Record<string, unknown>[]> {
  const [result] = await harness.sequelize.query(sql);
  return result as Record<string, unknown>[];
}
