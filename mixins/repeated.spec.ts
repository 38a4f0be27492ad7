import { expect, test } from "vitest";
import { waitFor } from "../test/helpers/wait-for.ts";
import { Repeated } from "./repeated.ts";

const silent = { info: () => undefined, error: () => undefined };

test("goes on after a failure, at its pace or when it is asked for, and never twice at once", async () => {
  const warnings: string[] = [];
  let runs = 0;
  let running = 0;
  const repeated = new Repeated({
    everyMs: 1,
    log: { ...silent, warn: (message) => void warnings.push(message) },
    work: async () => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      runs += 1;
      if (runs === 1) throw new Error("not yet");
    },
  });
  repeated.run();
  repeated.run();
  await waitFor("several runs", () => runs > 3);
  await repeated.stop();
  const end = runs;
  expect([running, warnings.length]).toEqual([0, 1]);
  repeated.run();
  await repeated.stop();
  expect(runs).toBe(end);
});

test("what is asked for while it runs is done once more", async () => {
  let runs = 0;
  const gate = Promise.withResolvers<void>();
  const repeated = new Repeated({
    everyMs: 1_000_000,
    log: { ...silent, warn: () => undefined },
    work: async () => {
      runs += 1;
      if (runs === 1) await gate.promise;
    },
  });
  repeated.run();
  repeated.run();
  repeated.run();
  gate.resolve();
  await waitFor("the second run", () => runs === 2);
  await repeated.stop();
  expect(runs).toBe(2);
});
