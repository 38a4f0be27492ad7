import { isUtf8 } from "node:buffer";
import { DomainError } from "./errors.ts";
import { isJsonObject, type JsonObject } from "./json.ts";

/** A gateway's payload, which must be a JSON object in UTF-8; throws a DomainError that says what it is instead. */
export function payloadObject(payload: Uint8Array): JsonObject {
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
