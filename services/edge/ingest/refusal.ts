import { ERRORS, type ErrorValue, messageOf } from "../../../actors/contracts/errors.ts";
import type { UpKind } from "../../../actors/contracts/payloads.ts";
import { correlationOf, payloadProblem } from "./payload-check.ts";
import { type KindForCommands, type KindForPresence, type KindForTwins, ROUTES } from "./routes.ts";
import type { Target } from "./topics.ts";

const SHOWN_TOPIC = 256;

/** A gateway's message, as an edge got it. */
type Received = { readonly topic: string; readonly target: Target; readonly payload: Uint8Array };

export function isForTwins(target: Target): target is KindForTwins {
  const route = routeOf(target);
  return route === "twins" || route === "both";
}

export function isForPresence(target: Target): target is KindForPresence {
  const route = routeOf(target);
  return route === "presence" || route === "both";
}

export function isForCommands(target: Target): target is KindForCommands | "response" {
  return target === "response" || routeOf(target) === "commands";
}

function routeOf(target: Target) {
  return Object.hasOwn(ROUTES, target) ? ROUTES[target as UpKind] : undefined;
}

/** What is wrong with a message that no actor looks into; null when nothing is. `limit`: bytes of payload. */
export function problemOf({ topic, target, payload }: Received, limit: number): ErrorValue | null {
  if (target === "foreign") return { type: "TOPIC_FORBIDDEN", data: { topic: shown(topic) } };
  if (target === "unknown") return { type: "TOPIC_UNKNOWN", data: { topic: shown(topic) } };
  if (payload.length > limit) return { type: "PAYLOAD_TOO_LARGE", data: { what: "payload", limit } };
  return target === "response" ? null : payloadProblem(target, payload);
}

/** The payload of `down/error`. */
export function errorAnswer(
  { topic, payload }: Pick<Received, "topic" | "payload">,
  error: ErrorValue,
  limit: number,
): string {
  return JSON.stringify({
    topic: shown(topic),
    code: ERRORS[error.type].code,
    reason: error.type,
    message: messageOf(error),
    ...(payload.length <= limit && correlationOf(payload)),
  });
}

function shown(topic: string): string {
  return topic.length <= SHOWN_TOPIC ? topic : `${topic.slice(0, SHOWN_TOPIC)}...`;
}
