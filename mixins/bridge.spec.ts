import { isDeepStrictEqual } from "node:util";
import { type Context, Errors, ServiceBroker, type ServiceSchema } from "moleculer";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DomainError, type FieldViolation } from "../actors/contracts/errors.ts";
import { freshNamespace, sharedServers } from "../test/helpers/servers.ts";
import { waitFor } from "../test/helpers/wait-for.ts";
import { actions, broadcast, call, emit, events } from "./bridge.ts";
import { ErrorRegenerator } from "./error-regenerator.ts";

const namespace = freshNamespace();
const brokers: ServiceBroker[] = [];
const brokerOf = (nodeID: string) => {
  const broker = new ServiceBroker({
    nodeID,
    logger: false,
    validator: false,
    transporter: { type: "NATS", options: { url: sharedServers().natsUrl } },
    serializer: "CBOR",
    errorRegenerator: new ErrorRegenerator(),
    namespace,
  });
  brokers.push(broker);
  return broker;
};

type Authenticate = Parameters<typeof actions<"access">>[1]["authenticate"];
let handler: Authenticate = () => ({ principal: null });
let received: unknown[] = [];
let meta: unknown;

const access: ServiceSchema = {
  name: "access",
  actions: actions("access", {
    authenticate: (params, context) => {
      received.push(params);
      meta = context.meta;
      return handler(params, context);
    },
  }),
};

const listener: ServiceSchema = {
  name: "listener",
  events: events({
    "gateways.credentialsRevoked": (payload) => void received.push(payload),
    "downlink.send": (payload) => void received.push(payload),
    "downlink.publish": (payload) => void received.push(payload),
  }),
};

const relay: ServiceSchema = {
  name: "relay",
  actions: { ask: (context: Context) => call(context, "access.authenticate", { token: "t" }) },
};

const here = brokerOf("here");
const there = brokerOf("there");

beforeAll(async () => {
  here.createService(access);
  for (const broker of brokers) broker.createService(listener);
  here.createService(relay);
  await Promise.all([here.start(), there.start()]);
  await there.waitForServices("access");
  await waitFor("the listeners to know each other", () =>
    brokers.every((broker) => broker.registry.events.list({}).every(({ count }) => count === brokers.length)),
  );
});
afterAll(() => Promise.all(brokers.map((broker) => broker.stop())));
beforeEach(() => {
  received = [];
  handler = () => ({ principal: null });
});

const callers: [string, ServiceBroker][] = [
  ["the same node", here],
  ["another node", there],
];

async function failure(act: () => Promise<unknown>): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

test.each(callers)("from %s: params reach the handler and the result comes back", async (_, caller) => {
  handler = ({ token }) => ({ principal: { name: token, role: "viewer" } });
  const result = await call(caller, "access.authenticate", { token: "t" }, { meta: { requestId: "r1" } });
  expect(result).toEqual({ principal: { name: "t", role: "viewer" } });
  expect(received).toEqual([{ token: "t" }]);
  expect(meta).toMatchObject({ requestId: "r1" });
});

test.each(callers)("from %s: missing and wrong params never reach the handler", async (_, caller) => {
  for (const params of [{}, { token: 5 }, { token: "x".repeat(1025) }]) {
    // untyped on purpose: what another version of a node may send
    const error = await failure(() => call(caller, "access.authenticate", params as { token: string }));
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({ type: "INVALID_ARGUMENT", code: 400, retryable: false });
  }
  expect(received).toEqual([]);
});

test.each(callers)(
  "from %s: an error of the table stays what it is, with type, data and message",
  async (_, caller) => {
    handler = () => {
      throw new DomainError("VERSION_MISMATCH", { currentVersion: 7, expectedVersion: 3 });
    };
    const error = await failure(() => call(caller, "access.authenticate", { token: "t" }));
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({
      type: "VERSION_MISMATCH",
      data: { currentVersion: 7, expectedVersion: 3 },
      message: "The version is 7, not 3.",
      code: 412,
      retryable: false,
    });
  },
);

test.each(callers)("from %s: the violations of an error stay with it", async (_, caller) => {
  const violations: FieldViolation[] = [{ field: "token", description: "is odd" }];
  handler = () => {
    throw new DomainError("INVALID_ARGUMENT", { problem: "x" }, violations);
  };
  expect(await failure(() => call(caller, "access.authenticate", { token: "t" }))).toMatchObject({
    violations,
  });
});

test.each(callers)("from %s: what only a later version knows is left out", async (_, caller) => {
  const later = { token: "t", since: 5 };
  await call(caller, "access.authenticate", later);
  expect(received).toEqual([{ token: "t" }]);
  expect(later).toEqual({ token: "t", since: 5 });
});

test("the stack of an error from another node tells where it was thrown", async () => {
  handler = function throwHere() {
    throw new DomainError("OVERLOADED");
  };
  const error = await failure(() => call(there, "access.authenticate", { token: "t" }));
  expect((error as Error).stack).toContain("throwHere");
});

test.each(callers)("from %s: an error outside the table passes as it is", async (_, caller) => {
  handler = () => {
    throw new Errors.MoleculerError("broken", 500, "toString");
  };
  const error = await failure(() => call(caller, "access.authenticate", { token: "t" }));
  expect(error).not.toBeInstanceOf(DomainError);
  expect(error).toMatchObject({ message: "broken", type: "toString" });
});

test("an action that nobody offers is Moleculer's own error", async () => {
  const error = await failure(() => call(here, "gateways.get", { gatewayId: "gw-1" }));
  expect(error).toMatchObject({ type: "SERVICE_NOT_FOUND" });
});

test("a handler calls on through its context, and the error goes through both", async () => {
  const missing = new DomainError("GATEWAY_NOT_FOUND", { gatewayId: "gw-9" });
  handler = () => {
    throw missing;
  };
  expect(await failure(() => here.call("relay.ask"))).toBe(missing);
});

const messages = [{ gatewayId: "gw-1", topic: "delta", payload: "{}" }];

test.each(callers)(
  "from %s: a broadcast reaches the handlers of its name alone, on all nodes",
  async (_, caller) => {
    await broadcast(caller, "gateways.credentialsRevoked", { gatewayId: "gw-1" });
    await broadcast(caller, "downlink.send", { messages });
    await waitFor("both events on both nodes", () => received.length >= 4);
    expect(received.filter((payload) => isDeepStrictEqual(payload, { messages }))).toHaveLength(2);
    expect(received.filter((payload) => isDeepStrictEqual(payload, { gatewayId: "gw-1" }))).toHaveLength(2);
  },
);

test.each(callers)(
  "from %s: what is emitted reaches one node of each listening service",
  async (_, caller) => {
    for (let n = 0; n < 5; n += 1) await emit(caller, "downlink.publish", { messages });
    await broadcast(caller, "gateways.credentialsRevoked", { gatewayId: "gw-1" });
    await waitFor("the broadcast after them", () => received.length >= 7);
    expect(received).toHaveLength(7);
  },
);

test("a payload that breaks its contract never reaches a handler", async () => {
  await broadcast(there, "gateways.credentialsRevoked", { gatewayId: "no/id" });
  const later = { gatewayId: "gw-1", since: 5 };
  await broadcast(there, "gateways.credentialsRevoked", later);
  await waitFor("the broadcast after them", () => received.length >= 2);
  expect(received).toEqual([{ gatewayId: "gw-1" }, { gatewayId: "gw-1" }]);
});

test("a handler for an action that no contract declares stops the start", () => {
  const handlers = { authenticate: handler, forgotten: handler };
  expect(() => actions("access", handlers)).toThrow("'access.forgotten'");
});

test("an answer that may be old is cached where there is a cacher; others never are", async () => {
  const calls: string[] = [];
  const cluster: ServiceSchema = {
    name: "cluster",
    actions: actions("cluster", {
      get: () => {
        calls.push("get");
        return { nodes: [], partitions: {} };
      },
      partitions: () => {
        calls.push("partitions");
        return { partitions: [] };
      },
    }),
  };
  for (const [cacher, gets] of [
    ["Memory", 1],
    [null, 2],
  ] as const) {
    calls.length = 0;
    const broker = new ServiceBroker({ logger: false, cacher });
    broker.createService(cluster);
    await broker.start();
    for (const _ of [1, 2]) {
      await call(broker, "cluster.get", {});
      await call(broker, "cluster.partitions", { type: "twin" });
    }
    await broker.stop();
    expect(calls.filter((name) => name === "get")).toHaveLength(gets);
    expect(calls.filter((name) => name === "partitions")).toHaveLength(2);
  }
});
