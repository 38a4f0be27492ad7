import { once } from "node:events";
import { createServer } from "node:net";
import { Aedes } from "aedes";
import type { MqttClient } from "mqtt";
import { expect, test } from "vitest";
import { addressOf, Dialer } from "./dialer.ts";

test.each([
  ["mqtt://h", { protocol: "mqtt", host: "h", port: 1883 }],
  ["mqtts://h", { protocol: "mqtts", host: "h", port: 8883 }],
  ["mqtt://[::1]:2883", { protocol: "mqtt", host: "::1", port: 2883 }],
  ["mqtt://u:p%3A%40:q@h", { protocol: "mqtt", host: "h", port: 1883, username: "u", password: "p:@:q" }],
])("%s", (url, address) => {
  expect(addressOf(url)).toEqual(address);
});

test.each([
  ["broker:secret", "begins with 'broker:'"],
  ["http://u:secret@h", "begins with 'http:'"],
  ["//u:secret@h", "is not a URL"],
  ["mqtt://", "names no host"],
])("%s is refused, and no secret is shown", (url, problem) => {
  expect(() => addressOf(url)).toThrow(problem);
  expect(() => addressOf(url)).not.toThrow("secret");
});

test("speaks MQTT 3.1.1 after the broker has refused version 5, if it may", async () => {
  // aedes knows no version 5.
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const options = { url: `mqtt://127.0.0.1:${port}`, keepAliveSeconds: 30, connectTimeoutMs: 5000 };
  const dialer = new Dialer({ ...options, protocolVersion: "auto" });
  await closed(dialer.dial({ clientId: "a" }));
  expect(dialer.version).toBe(4);
  const client = dialer.dial({ clientId: "a" });
  await new Promise((resolve) => client.once("connect", resolve));
  const fixed = new Dialer({ ...options, protocolVersion: 5 });
  await closed(fixed.dial({ clientId: "b" }));
  expect(fixed.version).toBe(5);
  await client.endAsync();
  server.close();
  await new Promise<void>((resolve) => broker.close(resolve));
});

function closed(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once("close", () => resolve()));
}
