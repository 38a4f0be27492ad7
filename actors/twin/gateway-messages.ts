import { isUtf8 } from "node:buffer";
import { DomainError } from "../contracts/errors.ts";
import { isJsonObject, type JsonObject } from "../contracts/json.ts";
import { UP_PAYLOADS, type UpKind, type UpPayload } from "../contracts/payloads.ts";
import { checker } from "../contracts/validate.ts";
import type { TwinCommand } from "./contract.ts";

type Decoder = (payload: JsonObject) => TwinCommand;

const checkReported = checker(UP_PAYLOADS.reported);
const checkHello = checker(UP_PAYLOADS.hello);
const checkGet = checker(UP_PAYLOADS.get);
const checkEvent = checker(UP_PAYLOADS.event);

/** The kinds of messages that the twin itself takes. */
const DECODERS: Partial<Record<UpKind, Decoder>> = {
  reported: (payload) => reportState(checkReported(payload)),
  hello: (payload) => hello(checkHello(payload)),
  get: (payload) => ({ name: "sendTwin", params: checkGet(payload) }),
  event: (payload) => recordEvent(checkEvent(payload)),
};

/** A gateway's payload as a command to its twin; throws a DomainError that says what is wrong with it. */
export function decodeUpMessage(kind: UpKind, payload: Uint8Array): TwinCommand {
  const decode = DECODERS[kind];
  if (!decode) throw new Error(`messages of kind '${kind}' do not go to the twin`);
  return decode(parseObject(payload));
}

function parseObject(payload: Uint8Array): JsonObject {
  if (!isUtf8(payload)) throw new DomainError("INVALID_UTF8");
  const value = parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString());
  if (isJsonObject(value)) return value;
  throw new DomainError("NOT_AN_OBJECT", { what: "payload" });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DomainError("MALFORMED_JSON", {
      problem: error instanceof Error ? error.message : String(error),
    });
  }
}

function reportState({ state, ts: _, ...params }: UpPayload<"reported">): TwinCommand {
  return { name: "reportState", params: { ...params, patch: state as JsonObject } };
}

function hello({ boot, desiredVersion, desiredHash }: UpPayload<"hello">): TwinCommand {
  return {
    name: "hello",
    params: {
      boot,
      ...(desiredVersion !== undefined && { desiredVersion }),
      ...(desiredHash !== undefined && { desiredHash }),
    },
  };
}

function recordEvent({ type, id, severity = "INFO", ts, data }: UpPayload<"event">): TwinCommand {
  return {
    name: "recordEvent",
    params: {
      eventType: type,
      severity,
      ...(id !== undefined && { eventId: id }),
      ...(ts !== undefined && { ts }),
      ...(data !== undefined && { data: data as JsonObject }),
    },
  };
}
