import { isUtf8 } from "node:buffer";
import { DomainError } from "./errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";

/** A gateway's payload, which must be a JSON object in UTF-8; throws a DomainError that says what it is instead. */
export function payloadObject(payload: Uint8Array): JsonObject {
  const value = payloadJson(payload);
  if (isJsonObject(value)) return value;
  throw new DomainError("NOT_AN_OBJECT", { what: "payload" });
}

/** Any JSON in UTF-8. */
export function payloadJson(payload: Uint8Array): JsonValue {
  if (!isUtf8(payload)) throw new DomainError("INVALID_UTF8");
  return parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString());
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DomainError("MALFORMED_JSON", {
      problem: error instanceof Error ? error.message : String(error),
    });
  }
}
