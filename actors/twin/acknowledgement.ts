import { isJsonObject, type JsonObject, type JsonValue } from "../contracts/json.ts";
import type { DesiredSection } from "./state.ts";

/**
 * A gateway's answer to one desired value, reported in that value's place (as `value`, `ac`, `av`, `ad` of Azure's
 * plug and play). `code` is like an HTTP status: from 400 on the gateway refuses. `version` is that of the desired
 * document that it answers.
 */
export type Acknowledgement = {
  readonly value: JsonValue;
  readonly code: number;
  readonly version?: number;
  readonly text?: string;
};

const FIRST_REFUSAL = 400;

/** Undefined for any other value: only exactly these members make an answer. */
export function acknowledgementOf(reported: JsonValue | undefined): Acknowledgement | undefined {
  if (!isJsonObject(reported)) return undefined;
  const { value, code, version, text, ...others } = reported;
  const isAnswer =
    value !== undefined && isInteger(code) && Object.keys(others).length === 0 && isTextOrNone(text);
  if (!isAnswer || !(version === undefined || isInteger(version))) return undefined;
  return { value, code, ...(version !== undefined && { version }), ...(text !== undefined && { text }) };
}

export function isRefusal({ code }: Acknowledgement): boolean {
  return code >= FIRST_REFUSAL;
}

/**
 * Does it speak of the present value of a leaf that last changed with `leafVersion`? A gateway answers a document, so
 * any version from there on will do. One that desired has not had is from another life of the gateway.
 */
export function isAnswerTo(
  { version }: Acknowledgement,
  leafVersion: number,
  desired: DesiredSection,
): boolean {
  return version !== undefined && version >= leafVersion && version <= desired.version;
}

/**
 * A refusal that names no version speaks of what is desired when it comes. That is written into it: else it could
 * not be told from a refusal of an earlier value, nor a repeated one from its first.
 */
export function dated(patch: JsonObject, desired: JsonObject, version: number): JsonObject {
  let result = patch;
  for (const key of Object.keys(patch)) {
    const [value, wished] = [patch[key], Object.hasOwn(desired, key) ? desired[key] : undefined];
    if (wished === undefined || !isJsonObject(value)) continue;
    const after = isJsonObject(wished) ? dated(value, wished, version) : datedAnswer(value, version);
    if (after !== value) result = { ...result, [key]: after };
  }
  return result;
}

function datedAnswer(value: JsonObject, version: number): JsonObject {
  const answer = acknowledgementOf(value);
  return answer && isRefusal(answer) && answer.version === undefined ? { ...value, version } : value;
}

function isInteger(value: JsonValue | undefined): value is number {
  return Number.isInteger(value);
}

function isTextOrNone(value: JsonValue | undefined): value is string | undefined {
  return value === undefined || typeof value === "string";
}
