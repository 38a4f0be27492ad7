import { expect, test } from "vitest";
import type { ConfigCommand, ConfigCommands, ConfigReply } from "../actors/config/contract.ts";
import { DomainError, type ErrorType } from "../actors/contracts/errors.ts";
import type { Outcome } from "../actors/runtime/actor.ts";
import type { Ask } from "../actors/runtime/ask.ts";
import type { DeliveredRow } from "../actors/runtime/ports.ts";
import { tellActors } from "./tell-actors.ts";

const GATEWAYS = ["gw-1", "gw-2", "gw-3"];
const delivery = {
  sequence: 1,
  rows: GATEWAYS.map((actorId, n) => ({
    type: "twin",
    partition: 0,
    pos: n + 1,
    epoch: 1,
    first: 0,
    changes: [{ actorId, time: 1000, events: [{ type: "twin.removed" }] }],
  })),
};
const commandsOf = (rows: readonly DeliveredRow[]): Ask<ConfigCommand>[] =>
  rows.flatMap(({ pos, changes }) =>
    changes.map(({ actorId: gatewayId }) => ({
      gatewayId,
      command: { name: "twinRemoved", params: { order: pos } },
    })),
  );
const caller = { call: () => Promise.reject(new Error("nobody is called")) };

/** What becomes of the delivery when the actor of the second gateway answers with this error. */
async function handled(error?: ErrorType) {
  const told: string[] = [];
  const counted: string[] = [];
  const handle = tellActors<ConfigCommands>({
    rejections: "rejected",
    commandsOf,
    asks: {
      askAll: async (_caller: unknown, asks: readonly Ask<ConfigCommand>[]) =>
        asks.map(({ gatewayId }): Outcome<ConfigReply> => {
          told.push(gatewayId);
          const isBad = error && gatewayId === "gw-2";
          return isBad ? { ok: false, error: new DomainError(error).toValue() } : { ok: true, reply: null };
        }),
    },
    caller,
    counters: { count: (name, labels) => counted.push(`${name} ${labels?.error}`), gauge: () => undefined },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const [result] = await Promise.allSettled([handle(delivery)]);
  return { told, counted, failure: result?.status === "rejected" ? result.reason : undefined };
}

test("all are told, and the delivery is done", async () => {
  expect(await handled()).toEqual({ told: GATEWAYS, counted: [], failure: undefined });
});

test.each<ErrorType>([
  "NOT_OWNER",
  "SERVICE_UNAVAILABLE",
  "STORE_UNAVAILABLE",
  "OVERLOADED",
  "DEADLINE_EXCEEDED",
])("what passes (%s) makes the delivery come again", async (type) => {
  const { failure, counted } = await handled(type);
  expect(failure).toMatchObject({ type, retryable: true });
  expect(counted).toEqual([]);
});

test("an actor that cannot bear its word does not hold up the others; it is counted", async () => {
  const { failure, counted } = await handled("INTERNAL");
  expect(failure).toBeUndefined();
  expect(counted).toEqual(["rejected INTERNAL"]);
});
