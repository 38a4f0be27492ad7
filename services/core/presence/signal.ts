import { Type } from "typebox";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { JsonObject } from "../../../actors/contracts/json.ts";
import { payloadObject } from "../../../actors/contracts/payload-object.ts";
import { UP_PAYLOADS } from "../../../actors/contracts/payloads.ts";
import {
  CLOSE_REASONS,
  type CloseReason,
  type PresenceSignal,
  type SignalKind,
} from "../../../actors/contracts/presence.ts";
import { checker } from "../../../actors/contracts/validate.ts";
import { brokerSession } from "../../../actors/presence/broker-session.ts";
import type { Connection } from "../../../actors/presence/contract.ts";

/** What is new about a gateway's connections. `alive`: this one is still open; `heard`: some way to it is. */
export type News =
  | { readonly what: "opened" | "alive" | "heard"; readonly connection: Connection }
  | { readonly what: "closed"; readonly sessionId: string; readonly reason: CloseReason };

/** A signal, understood. */
export type Word = {
  /** How long ago the gateway itself was heard; milliseconds. */
  readonly ageMs: number;
  readonly board?: JsonObject;
  readonly firmware?: string;
  readonly news?: News;
};

type Source = { readonly sessionId: string | null; readonly node: string };

const checkConnection = checker(
  Type.Object({
    keepAliveMs: Type.Number({ minimum: 0 }),
    ageMs: Type.Number({ minimum: 0 }),
    reason: Type.Optional(Type.Enum(CLOSE_REASONS)),
  }),
);
const checkHello = checker(UP_PAYLOADS.hello);
const checkHeartbeat = checker(UP_PAYLOADS.heartbeat);
const checkBye = checker(UP_PAYLOADS.bye);

const DECODERS: Readonly<Record<SignalKind, (payload: JsonObject, source: Source) => Word>> = {
  opened: (payload, source) => connected("opened", payload, source),
  alive: (payload, source) => connected("alive", payload, source),
  closed,
  hello,
  heartbeat,
  bye,
};

/** Throws a DomainError that says what is wrong with the signal. `node`: that of the edge it came from. */
export function wordOf({ kind, sessionId, payload }: PresenceSignal, node: string): Word {
  return DECODERS[kind](payloadObject(payload), { sessionId, node });
}

function connected(what: "opened" | "alive", payload: JsonObject, { sessionId, node }: Source): Word {
  const { keepAliveMs, ageMs } = checkConnection(payload);
  if (sessionId === null) return { ageMs, news: { what: "heard", connection: atBroker(node) } };
  return { ageMs, news: { what, connection: { sessionId, node, keepAliveMs } } };
}

function closed(payload: JsonObject, { sessionId }: Source): Word {
  const { ageMs, reason = "lost" } = checkConnection(payload);
  if (sessionId === null)
    throw new DomainError("INVALID_ARGUMENT", { problem: "a connection that ended has an id" });
  return { ageMs, news: { what: "closed", sessionId, reason } };
}

/** A front tells of its connections itself; a broker does not. */
function hello(payload: JsonObject, { sessionId, node }: Source): Word {
  const { boot, board, firmware } = checkHello(payload);
  return {
    ageMs: 0,
    ...(board && { board: board as JsonObject }),
    ...(firmware !== undefined && { firmware }),
    ...(sessionId === null && { news: { what: "opened", connection: atBroker(node, boot) } }),
  };
}

function heartbeat(payload: JsonObject, { sessionId, node }: Source): Word {
  const { board } = checkHeartbeat(payload);
  return {
    ageMs: 0,
    board: board as JsonObject,
    ...(sessionId === null && { news: { what: "heard", connection: atBroker(node) } }),
  };
}

/** Through a broker it may as well be the will: only a gateway that does not come back has left. */
function bye(payload: JsonObject, { sessionId }: Source): Word {
  const { boot } = checkBye(payload);
  if (sessionId !== null) return { ageMs: 0, news: { what: "closed", sessionId, reason: "left" } };
  return { ageMs: 0, news: { what: "closed", sessionId: brokerSession(boot), reason: "lost" } };
}

/** Nobody tells what keep-alive the two have agreed upon. */
function atBroker(node: string, boot?: string): Connection {
  return { sessionId: brokerSession(boot), node, keepAliveMs: 0 };
}
