import type { IPublishPacket } from "mqtt";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { AnswerMessage } from "../../actors/contracts/commands.ts";
import type { DownMessage } from "../../actors/contracts/edge.ts";
import type { Outcome } from "../../actors/runtime/actor.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { connectGateways, newBridge, startBroker } from "./bridge-harness.ts";

let mosquitto: Awaited<ReturnType<typeof startBroker>>;
const ending: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  mosquitto = await startBroker();
});
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});
afterAll(() => mosquitto.stop());

async function start(protocolVersion: 4 | 5) {
  const answers: AnswerMessage[] = [];
  const owner = { outcome: { ok: true, reply: null } as Outcome<null> };
  const send = async (_owner: string, messages: readonly AnswerMessage[]) => {
    answers.push(...messages);
    return messages.map(() => owner.outcome);
  };
  const commands = { routes: { ownerOf: () => "owner", learn: () => undefined }, send };
  const { bridge, adopt, stop } = newBridge(mosquitto.url, {
    commands,
    protocolVersion,
    prefix: `v${protocolVersion}-`,
  });
  ending.push(stop);
  await adopt(0, 1, 2, 3);
  const gateways = await connectGateways(mosquitto.url, protocolVersion);
  ending.push(gateways.end);
  return { bridge, gateways, answers, owner };
}

const order = { id: "gw-1.abc", name: "reboot", args: {}, deadline: 1, replyTo: "gw/gw-1/res/gw-1.abc" };
const message = { gatewayId: "gw-1", topic: "command", payload: JSON.stringify(order) };

const delta = { gatewayId: "gw-1", topic: "delta", payload: "{}" };
const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const where = { responseTopic: order.replyTo, correlationData: Buffer.from(order.id) };

/** The fields of MQTT 5 that gateways get these messages with. */
async function propertiesOf(protocolVersion: 4 | 5, messages: readonly DownMessage[]) {
  const { bridge, gateways } = await start(protocolVersion);
  const properties: IPublishPacket["properties"][] = [];
  gateways.client.on("message", (_topic, _payload, packet) => properties.push(packet.properties));
  await bridge.deliver(messages);
  await waitFor("all of them", () => properties.length === messages.length);
  expect(gateways.downs.map(({ topic }) => topic)).toEqual(
    messages.map(({ topic }) => `gw/gw-1/down/${topic}`),
  );
  return properties;
}

test("over MQTT 5 a command says in its own fields where the answer goes", async () => {
  expect(await propertiesOf(5, [message, delta])).toEqual([where, undefined]);
});

test("over MQTT 5 what is traced tells the gateway its trace; 3.1.1 has no place for it", async () => {
  const traced = [
    { ...message, trace },
    { ...delta, trace },
  ];
  const userProperties = { traceparent: trace };
  expect(await propertiesOf(5, traced)).toEqual([{ ...where, userProperties }, { userProperties }]);
  expect(await propertiesOf(4, traced)).toEqual([undefined, undefined]);
});

test("answers, lines and hellos go to the owner of the commands; what is refused is told to the gateway", async () => {
  const { gateways, answers, owner } = await start(4);
  await gateways.client.publishAsync(order.replyTo, '{"id":"gw-1.abc","status":"OK"}', { qos: 1 });
  await gateways.up("gw-1", '{"seq":1,"text":"x","commandId":"gw-1.abc"}', "log");
  await gateways.up("gw-1", '{"boot":"b"}', "hello");
  await waitFor("three messages", () => answers.length === 3);
  expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(["response", "log", "hello"]));
  owner.outcome = { ok: false, error: { type: "COMMAND_NOT_FOUND", data: { commandId: "gw-1.abc" } } };
  await gateways.client.publishAsync(order.replyTo, '{"id":"gw-1.abc","status":"OK"}', { qos: 1 });
  const { payload } = await gateways.down("gw/gw-1/down/error");
  expect(payload).toMatchObject({ topic: order.replyTo, code: 404, reason: "COMMAND_NOT_FOUND" });
});
