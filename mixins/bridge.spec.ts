import { type Context, Errors, ServiceBroker, type ServiceSchema } from "moleculer";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DomainError, type FieldViolation } from "../actors/contracts/errors.ts";
import { actions, broadcast, call, events } from "./bridge.ts";

const brokers: ServiceBroker[] = [];
const brokerOf = (nodeID: string) => {
  const broker = new ServiceBroker({
    nodeID,
    logger: false,
    validator: false,
    // of Moleculer itself, within this process; what is sent is copied as between real nodes
    transporter: "Fake",
    namespace: "bridge-spec",
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
  here.createService(listener);
  here.createService(relay);
  await Promise.all([here.start(), there.start()]);
  await there.waitForServices("access");
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

test.each(callers)(
  "from %s: surplus, missing and wrong params never reach the handler",
  async (_, caller) => {
    for (const params of [{ token: "t", role: "admin" }, {}, { token: 5 }, { token: "x".repeat(1025) }]) {
      // untyped on purpose: what another version of a node may send
      const error = await failure(() => call(caller, "access.authenticate", params as { token: string }));
      expect(error).toBeInstanceOf(DomainError);
      expect(error).toMatchObject({ type: "INVALID_ARGUMENT", code: 400, retryable: false });
    }
    expect(received).toEqual([]);
  },
);

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

test("on the same node the violations of an error stay with it", async () => {
  const violations: FieldViolation[] = [{ field: "token", description: "is odd" }];
  handler = () => {
    throw new DomainError("INVALID_ARGUMENT", { problem: "x" }, violations);
  };
  expect(await failure(() => call(here, "access.authenticate", { token: "t" }))).toMatchObject({
    violations,
  });
  const surplus = { token: "t", role: "admin" };
  const error = await failure(() => call(here, "access.authenticate", surplus));
  expect(error).toMatchObject({ violations: [{ field: "role", description: "is unknown" }] });
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

test("an event reaches the handlers of its name alone, with its payload", async () => {
  await broadcast(here, "gateways.credentialsRevoked", { gatewayId: "gw-1" });
  await broadcast(here, "downlink.send", { gatewayId: "gw-1", topic: "delta", payload: { a: [null] } });
  expect(received).toEqual([
    { gatewayId: "gw-1" },
    { gatewayId: "gw-1", topic: "delta", payload: { a: [null] } },
  ]);
});

test("a payload that breaks its contract never reaches a handler", async () => {
  const wrong = { gatewayId: "gw-1", surplus: 1 };
  await broadcast(here, "gateways.credentialsRevoked", wrong);
  await broadcast(here, "gateways.credentialsRevoked", { gatewayId: "no/id" });
  expect(received).toEqual([]);
});

test("a handler for an action that no contract declares stops the start", () => {
  const handlers = { authenticate: handler, forgotten: handler };
  expect(() => actions("access", handlers)).toThrow("'access.forgotten'");
});
