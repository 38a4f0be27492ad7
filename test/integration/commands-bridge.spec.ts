import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { AnswerMessage } from "../../actors/contracts/commands.ts";
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

test("over MQTT 5 a command says in its own fields where the answer goes", async () => {
  const { bridge, gateways } = await start(5);
  const properties: unknown[] = [];
  gateways.client.on("message", (_topic, _payload, packet) => properties.push(packet.properties));
  await bridge.deliver([message, { gatewayId: "gw-1", topic: "delta", payload: "{}" }]);
  await waitFor("both", () => properties.length === 2);
  expect(properties).toEqual([
    { responseTopic: order.replyTo, correlationData: Buffer.from(order.id) },
    undefined,
  ]);
  expect(gateways.downs[0]).toMatchObject({ topic: "gw/gw-1/down/command", payload: order });
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
