import fc from "fast-check";
import { expect, test } from "vitest";
import { gatewayIdOf, readRecord } from "./recording.ts";

test("a reading becomes reported state and telemetry", () => {
  const line =
    '{"data":{"light":true,"temp":27.0,"where":{"x":1},"gone":null},"device_id":"5e:44:c8","ts":1594598735.7727768,"device":"iot-device-02"}';
  expect(readRecord(line)).toEqual({
    deviceId: "5e:44:c8",
    at: 1594598735773,
    state: { sensors: { light: true, temp: 27, where: { x: 1 }, gone: null }, device: "iot-device-02" },
    values: { light: true, temp: 27 },
  });
});

test("the device's name may be missing", () => {
  expect(readRecord('{"data":{},"device_id":"d","ts":1}')).toMatchObject({ state: { sensors: {} } });
});

test.each([
  ["", "JSON object"],
  ["{", "JSON object"],
  ["[]", "JSON object"],
  ["7", "JSON object"],
  ['{"data":{},"ts":1}', "device_id"],
  ['{"data":{},"ts":1,"device_id":""}', "device_id"],
  ['{"data":{},"ts":"1","device_id":"d"}', "ts"],
  ['{"data":[],"ts":1,"device_id":"d"}', "data"],
])("%s is malformed", (line, word) => {
  const record = readRecord(line);
  expect("problem" in record && record.problem).toContain(word);
});

test("a valid device id stays as it is, colons too", () => {
  expect(gatewayIdOf("5e:44:3b:f3:79:c8")).toBe("5e:44:3b:f3:79:c8");
});

test("every device id becomes a valid gatewayId with room for a prefix", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "grapheme", maxLength: 300 }), (deviceId) => {
      expect(`run100-${gatewayIdOf(deviceId)}`).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/);
      expect(gatewayIdOf(deviceId)).toMatch(/^[A-Za-z0-9]/);
    }),
  );
});
