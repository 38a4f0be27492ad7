import { DomainError, type ErrorType, type ErrorValue } from "../actors/contracts/errors.ts";

/** Why a call to an actor's owner brought no answer, when it may be made again elsewhere or later. */
export type CallFailure = {
  /** What the owner said, if it was reached. */
  readonly error?: ErrorValue;
  /** May the called node have done it all the same? */
  readonly mayBeDone: boolean;
};

/** What an owner answers when it did nothing and another one, or the same one a moment later, can. */
const NOT_DONE: readonly ErrorType[] = [
  "NOT_OWNER",
  "SHUTTING_DOWN",
  "STORE_UNAVAILABLE",
  "SERVICE_UNAVAILABLE",
];

/** By their types, for the classes are lost between nodes. */
const NOT_SENT = ["SERVICE_NOT_FOUND", "SERVICE_NOT_AVAILABLE", "BAD_GATEWAY"];
const UNKNOWN = ["REQUEST_REJECTED", "REQUEST_TIMEOUT", "GRACEFUL_STOP_TIMEOUT"];

/** Undefined when trying again is not for the router: the answer is final, or the caller shall slow down. */
export function failureOfOutcome(error: ErrorValue): CallFailure | undefined {
  if (error.type === "DEADLINE_EXCEEDED") return { error, mayBeDone: true };
  return NOT_DONE.includes(error.type) ? { error, mayBeDone: false } : undefined;
}

/** The same for what a call threw. */
export function failureOfThrown(error: unknown): CallFailure | undefined {
  if (error instanceof DomainError) return failureOfOutcome(error.toValue());
  if (!(error instanceof Error)) return undefined;
  const type = "type" in error ? String(error.type) : "";
  if (NOT_SENT.includes(type)) return { mayBeDone: false };
  return UNKNOWN.includes(type) || isConnectionFailure(error) ? { mayBeDone: true } : undefined;
}

/** A message that is too large for NATS stays too large. */
function isConnectionFailure(error: Error): boolean {
  return error.name === "NatsError" && "code" in error && error.code !== "MAX_PAYLOAD_EXCEEDED";
}
