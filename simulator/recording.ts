import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { isObject, type JsonObject } from "./json.ts";

const isRecord = Compile(
  Type.Object({
    device_id: Type.String({ minLength: 1 }),
    ts: Type.Number(),
    data: Type.Record(Type.String(), Type.Unknown()),
    device: Type.Optional(Type.String()),
  }),
);

export interface Reading {
  readonly deviceId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly state: JsonObject;
  readonly values: JsonObject;
}

interface Malformed {
  readonly problem: string;
}

export function readRecord(line: string): Reading | Malformed {
  const record = parse(line);
  if (!isObject(record)) return { problem: "is no JSON object" };
  if (!isRecord.Check(record)) return { problem: "lacks device_id, ts or data, or has them of another type" };
  const { data, device } = record;
  return {
    deviceId: record.device_id,
    at: Math.round(record.ts * 1000),
    state: { sensors: data, ...(device !== undefined && { device }) },
    values: Object.fromEntries(Object.entries(data).filter(([, value]) => isMeasurement(value))),
  };
}

/** The nearest valid gatewayId. Two devices may come to the same one: then the second is named apart when created. */
export function gatewayIdOf(deviceId: string): string {
  const valid = deviceId.replace(/[^A-Za-z0-9_.:-]/g, "-");
  return (/^[A-Za-z0-9]/.test(valid) ? valid : `d${valid}`).slice(0, 110);
}

function isMeasurement(value: unknown): boolean {
  return ["number", "string", "boolean"].includes(typeof value);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
