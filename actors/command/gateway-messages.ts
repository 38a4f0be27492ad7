import { CommandAnswer } from "../contracts/commands.ts";
import { payloadObject } from "../contracts/payload-object.ts";
import { UP_PAYLOADS, type UpPayload } from "../contracts/payloads.ts";
import { checker } from "../contracts/validate.ts";
import type { GatewayAnswer } from "./contract.ts";

const checkAnswer = checker(CommandAnswer);
const checkLog = checker(UP_PAYLOADS.log);
const UNNAMED = { code: "ERROR", message: "" };

/** Throws a DomainError that says what is wrong with the payload. */
export function decodeAnswer(payload: Uint8Array): GatewayAnswer {
  const { id, status, result, error = UNNAMED } = checkAnswer(payloadObject(payload));
  if (status === "ERROR") return { commandId: id, error: { code: error.code, message: error.message } };
  return { commandId: id, ...(result !== undefined && { result }) };
}

/** The same for a line of a log. */
export function decodeLog(payload: Uint8Array): UpPayload<"log"> {
  return checkLog(payloadObject(payload));
}
