import { ServiceBroker } from "moleculer";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DomainError } from "../../actors/contracts/errors.ts";
import { withTrace } from "../traces/current-trace.ts";
import { LINES } from "./flood-gate.ts";
import { Logs } from "./logs.ts";

type Line = Readonly<Record<string, unknown>>;

let lines: Line[];
let logs: Logs;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  const destination = { write: (text: string) => void lines.push(JSON.parse(text)) };
  const names = { nodeId: "node-1", namespace: "test", version: "1.2.3" };
  logs = new Logs({ format: "ecs", level: "warn", ...names, destination });
});
afterEach(() => void vi.useRealTimers());

const messages = () => lines.map(({ message }) => message);

describe("a line", () => {
  test("says in ECS who wrote it, about whom, and what went wrong", () => {
    const cause = new Error("the socket is closed");
    const error = Object.assign(new TypeError("no answer", { cause }), { code: "ECONNRESET" });
    logs.named("bus").warn("a row was not published", { "gateway.id": "gw-1", "actor.partition": 3, error });
    expect(lines).toEqual([
      {
        "@timestamp": expect.stringMatching(/^\d{4}-.*Z$/),
        "ecs.version": expect.any(String),
        "event.dataset": "gateway_twin",
        "host.hostname": expect.any(String),
        "process.pid": process.pid,
        "service.name": "gateway-twin",
        "service.version": "1.2.3",
        "service.environment": "test",
        "service.node.name": "node-1",
        "log.logger": "bus",
        "log.level": "warn",
        message: "a row was not published",
        "gateway.id": "gw-1",
        "actor.partition": 3,
        "error.type": "TypeError",
        "error.code": "ECONNRESET",
        "error.message": "no answer",
        "error.stack_trace": expect.stringMatching(
          /TypeError: no answer.+caused by: Error: the socket is closed/s,
        ),
      },
    ]);
  });

  test("of our errors has their type as the code, and a text is a message", () => {
    logs.named("bus").warn("one", { error: new DomainError("OVERLOADED") });
    logs.named("bus").warn("two", { error: "it said no" });
    expect(lines).toMatchObject([{ "error.code": "OVERLOADED" }, { "error.message": "it said no" }]);
  });

  test("belongs to the trace in which it was written", () => {
    const trace = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    withTrace(trace, () => logs.named("bus").warn("within"));
    expect(lines).toMatchObject([{ "trace.id": "a".repeat(32), "span.id": "b".repeat(16) }]);
  });

  test("of Moleculer keeps its error; fields that nobody knows go below details, without secrets", () => {
    const broker = new ServiceBroker({ nodeID: "node-1", logger: logs.forBroker, metrics: false });
    broker.logger.error("Unable to start.", new Error("mysql://me:hidden@host is away"));
    broker.logger.warn({ packet: { password: "hidden", sender: "node-2" } }, "What came is strange.");
    expect(lines).toMatchObject([
      { "log.logger": "broker", "error.message": "mysql://[redacted]@host is away" },
      { details: { packet: { password: "[redacted]", sender: "node-2" } } },
    ]);
    expect(JSON.stringify(lines)).not.toContain("hidden");
  });
});

describe("the level", () => {
  test("reaches loggers that exist already, the broker's too, and ends by itself", () => {
    const broker = new ServiceBroker({ nodeID: "node-1", logger: logs.forBroker, metrics: false });
    const bus = logs.named("bus");
    const write = (text: string) => {
      broker.logger.debug(text);
      bus.info(text);
    };
    write("before");
    logs.levels.set({ level: "debug", ttlSeconds: 60 });
    write("during");
    vi.advanceTimersByTime(60_000);
    write("after");
    const told = ["the log level was changed for a while", "the log level is the usual one again"];
    expect(messages()).toEqual([told[0], "during", "during", told[1]]);
  });

  test("can be that of one module; a later change takes the place of an earlier one", () => {
    const [bus, redis] = [logs.named("bus"), logs.named("redis")];
    for (const log of [bus, redis]) log.warn("it exists");
    logs.levels.set({ level: "info", module: "bus", ttlSeconds: 60 });
    vi.advanceTimersByTime(59_000);
    logs.levels.set({ level: "info", module: "bus", ttlSeconds: 60 });
    vi.advanceTimersByTime(59_000);
    bus.info("of the bus");
    redis.info("of Redis");
    expect(messages()).toContain("of the bus");
    expect(messages()).not.toContain("of Redis");
    vi.advanceTimersByTime(1000);
    bus.info("too late");
    expect(messages()).not.toContain("too late");
  });

  test("of a module that there is not is refused with those that there are", () => {
    logs.named("bus").warn("it exists");
    const set = () => logs.levels.set({ level: "debug", module: "buss", ttlSeconds: 60 });
    expect(set).toThrow("this node has no module 'buss'; it has bus");
  });
});

test("a flood is cut down to some lines, and all of it is counted", () => {
  const counted = new Map<string, number>();
  logs.countIn({
    count: (name, { level = "" } = {}, n = 1) =>
      void counted.set(`${name} ${level}`, (counted.get(`${name} ${level}`) ?? 0) + n),
    gauge: () => {},
  });
  for (let n = 0; n < 3000; n++) logs.named("bus").error("the collector is away", { "items.count": n });
  logs.flush();
  expect(lines.length).toBe(LINES + 1);
  expect(lines.at(-1)).toMatchObject({ "items.count": 2999, "log.suppressed": 3000 - LINES });
  expect(counted.get("gateway_twin.log.lines.total error")).toBe(3000);
});
