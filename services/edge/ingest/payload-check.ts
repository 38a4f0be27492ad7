import { DomainError, type ErrorValue } from "../../../actors/contracts/errors.ts";
import { isJsonObject } from "../../../actors/contracts/json.ts";
import { payloadJson } from "../../../actors/contracts/payload-object.ts";
import { UP_PAYLOADS, type UpKind } from "../../../actors/contracts/payloads.ts";
import { checker } from "../../../actors/contracts/validate.ts";

/** What is wrong with a payload that no actor looks into; null when nothing is. */
export function payloadProblem(kind: UpKind, payload: Uint8Array): ErrorValue | null {
  try {
    const value = payloadJson(payload);
    const isReadings = kind === "telemetry" && Array.isArray(value);
    if (!isReadings && !isJsonObject(value)) throw new DomainError("NOT_AN_OBJECT", { what: "payload" });
    checker(UP_PAYLOADS[kind])(value);
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.toValue();
    throw error;
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

/** The power-on that a message names; undefined when it is not readable. */
export function bootOf(payload: Uint8Array): string | undefined {
  try {
    const { boot } = JSON.parse(textOf(payload));
    return typeof boot === "string" ? boot : undefined;
  } catch {
    return undefined;
  }
}

function textOf(payload: Uint8Array): string {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString();
}
