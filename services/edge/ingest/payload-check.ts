import { isUtf8 } from "node:buffer";
import { DomainError, type ErrorValue } from "../../../actors/contracts/errors.ts";
import { UP_PAYLOADS, type UpKind } from "../../../actors/contracts/payloads.ts";
import { checker } from "../../../actors/contracts/validate.ts";

/** What is wrong with a payload that no actor looks into; null when nothing is. */
export function payloadProblem(kind: UpKind, payload: Uint8Array): ErrorValue | null {
  try {
    checker(UP_PAYLOADS[kind])(parse(payload));
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.toValue();
    throw error;
  }
}

function parse(payload: Uint8Array): unknown {
  if (!isUtf8(payload)) throw new DomainError("INVALID_UTF8");
  const value = parseJson(payload);
  if (typeof value !== "object" || value === null)
    throw new DomainError("NOT_AN_OBJECT", { what: "payload" });
  return value;
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(payload));
  } catch (error) {
    throw new DomainError("MALFORMED_JSON", { problem: (error as Error).message });
  }
}

/** What lets a gateway find the message that an error speaks of; nothing when the payload is not readable. */
export function correlationOf(payload: Uint8Array): { token?: string; seq?: number } {
  try {
    const { token, seq } = JSON.parse(textOf(payload));
    return {
      ...(typeof token === "string" && token.length <= 128 && { token }),
      ...(Number.isSafeInteger(seq) && { seq }),
    };
  } catch {
    return {};
  }
}

function textOf(payload: Uint8Array): string {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString();
}
