import type { JsonObject } from "../contracts/json.ts";
import { payloadObject } from "../contracts/payload-object.ts";
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
  return decode(payloadObject(payload));
}

function reportState({ state, ts: _, ...params }: UpPayload<"reported">): TwinCommand {
  return { name: "reportState", params: { ...params, patch: state as JsonObject } };
}

function hello({ boot, desiredVersion, desiredHash, cameras }: UpPayload<"hello">): TwinCommand {
  return {
    name: "hello",
    params: {
      boot,
      ...(desiredVersion !== undefined && { desiredVersion }),
      ...(desiredHash !== undefined && { desiredHash }),
      ...(cameras && { cameras }),
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
