import { isDeepStrictEqual } from "node:util";
import type { CloseReason } from "../../actors/contracts/presence.ts";
import type { PresenceCommand, PresenceEvent, PresenceReply } from "../../actors/presence/contract.ts";
import { presenceActor } from "../../actors/presence/presence.ts";
import { DEFAULT_PRESENCE_SETTINGS } from "../../actors/presence/settings.ts";
import { EMPTY_PRESENCE, type GatewayPresence } from "../../actors/presence/state.ts";
import { type Envelope, NO_TIMERS, nextDue } from "../../actors/runtime/activation.ts";
import type { Context, Decision } from "../../actors/runtime/actor.ts";
import { foldChange } from "../../actors/runtime/fold.ts";
import { changeOf, decideTimers } from "../../actors/runtime/turn.ts";
import { close, connection } from "./presence-builders.ts";

/** So many timers never fire one after the other unless something goes round in circles. */
const MAX_FIRED = 200;

type Vouched = { readonly since: number; readonly forMs: number };

/** One gateway's presence with its timers and its clock, and beside it what an edge knows to be true. */
export class PresenceWorld {
  readonly #actor = presenceActor({
    settings: DEFAULT_PRESENCE_SETTINGS,
    lastSeen: () => this.#lastSeen,
  });
  #envelope: Envelope<GatewayPresence> = { state: EMPTY_PRESENCE, timers: NO_TIMERS };
  #due: number[] = [];
  #lastSeen: number | null = null;
  /** The owner's clock; it may be set back. */
  #now = 1_800_000_000_000;
  #ownedSince = this.#now;
  /** True time: it only goes on. */
  #elapsed = 0;
  #claimedAt = 0;
  #endedAt = 0;
  #isClockTrue = true;
  readonly #vouched = new Map<string, Vouched>();
  readonly #closed = new Set<string>();
  readonly seen: PresenceEvent[] = [];

  get state(): GatewayPresence {
    return this.#envelope.state;
  }

  get timers(): Record<string, number> {
    return this.#envelope.timers;
  }

  get openIds(): string[] {
    return this.state.connections.map(({ sessionId }) => sessionId).sort();
  }

  /** Also the word that it is still open. */
  opened(sessionId: string, keepAliveMs: number): void {
    this.#lastSeen = this.#now;
    const isAnonymous = sessionId === "broker:";
    const counts = isAnonymous ? this.openIds.every((id) => id === sessionId) : !this.#closed.has(sessionId);
    this.tell({ name: "openConnection", params: { connection: connection(sessionId, keepAliveMs) } });
    if (!counts) return;
    if (!isAnonymous) this.#vouched.delete("broker:");
    // A gateway has one connection to the broker.
    if (isAtBroker(sessionId))
      for (const id of this.#vouched.keys()) if (isAtBroker(id)) this.#vouched.delete(id);
    this.#vouched.set(sessionId, { since: this.#elapsed, forMs: keepAliveMs });
  }

  closed(sessionId: string, reason: CloseReason): void {
    this.tell(close(sessionId, reason));
    this.#vouched.delete(sessionId);
    const isForgotten = this.state === EMPTY_PRESENCE;
    if (!isAtBroker(sessionId) && !isForgotten) this.#closed.add(sessionId);
  }

  /** The edges say of every open connection that it still is. */
  allAlive(): void {
    for (const { sessionId, keepAliveMs } of this.state.connections) this.opened(sessionId, keepAliveMs);
  }

  tell(command: PresenceCommand): void {
    this.#take(this.#actor.decide(this.state, command, this.#context()));
  }

  /** Time passes, and every timer fires when it is due. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (let fired = 0; ; fired += 1) {
      ensure(fired < MAX_FIRED, "timers go round in circles");
      const next = Math.min(...this.#due);
      if (next > end) break;
      this.#goTo(Math.max(next, this.#now));
      this.#due = this.#due.filter((at) => at > this.#now);
      this.#take(decideTimers(this.#actor, this.#envelope, this.#context()));
      ensure(this.state.state !== "OFFLINE" || this.#hadItsTime, "offline too early after a claim");
    }
    this.#goTo(end);
  }

  /** Another owner, which knows what was committed and nothing else. */
  claim(): void {
    this.#lastSeen = null;
    this.#ownedSince = this.#now;
    this.#claimedAt = this.#elapsed;
    for (const [id, vouched] of this.#vouched)
      if (this.#isVouched(vouched)) this.#vouched.set(id, { ...vouched, since: this.#elapsed });
    const due = nextDue(this.timers);
    this.#due = due === null ? [] : [due];
  }

  setClockBack(ms: number): void {
    this.#now -= ms;
    this.#isClockTrue = false;
    this.#ownedSince = Math.min(this.#ownedSince, this.#now);
  }

  /** Has an edge said of an open connection that it is, within its keep-alive or the one that follows a claim? */
  get isVouchedFor(): boolean {
    return [...this.#vouched.values()].some((vouched) => this.#isVouched(vouched));
  }

  /** What an earlier owner saw the end of gets another keep-alive; none is shorter than ten seconds. */
  get #hadItsTime(): boolean {
    const isOwn = this.#endedAt >= this.#claimedAt;
    return isOwn || !this.#isClockTrue || this.#elapsed - this.#claimedAt >= 10_000;
  }

  #isVouched({ since, forMs }: Vouched): boolean {
    return this.#elapsed - since <= forMs;
  }

  checkInvariants(): void {
    const { state, connections, closed, reconnects, ended } = this.state;
    const isOnline = state === "ONLINE";
    ensure(isOnline || !this.isVouchedFor, "somebody vouches for it");
    ensure(isOnline || connections.length === 0, "a connection is open");
    ensure(!this.openIds.some((id) => this.#closed.has(id)), "a closed connection is open");
    ensure(this.openIds.filter(isAtBroker).length <= 1, "two connections to one broker");
    ensure(connections.length === 0 || !ended, "it is in grace and has a connection");
    ensure(Boolean(ended) || connections.length > 0 || !isOnline, "it is online for nothing");
    ensure(Boolean(ended) || state !== "SUSPECT", "it is suspect for ever");
    const timers = connections.length > 0 ? ["keepAlive"] : ended ? ["grace"] : [];
    ensure(isDeepStrictEqual(Object.keys(this.timers), timers), "wrong timers");
    ensure(connections.length <= 8 && closed.length <= 16 && reconnects.length <= 7, "it grows");
    ensure(this.#actor.isEmpty(this.state) || isDeepStrictEqual(this.#reloaded(), this.state), "not packed");
  }

  #reloaded(): GatewayPresence {
    return this.#actor.unpack(JSON.parse(JSON.stringify(this.#actor.pack(this.state))));
  }

  #context(): Context {
    return { actorId: "gw-1", now: this.#now, ownedSince: this.#ownedSince };
  }

  #goTo(time: number): void {
    this.#elapsed += time - this.#now;
    this.#now = time;
  }

  /** As the host does it. */
  #take(decision: Decision<PresenceEvent, PresenceReply>): void {
    for (const { at } of decision.postponed ?? []) this.#due.push(at);
    const change = changeOf(decision, this.#context());
    if (!change) return;
    const before = this.state;
    this.#envelope = foldChange(this.#actor, this.#envelope, change);
    const due = nextDue(this.timers);
    if (due !== null) this.#due.push(due);
    if (this.state.ended && this.state.ended !== before.ended) this.#endedAt = this.#elapsed;
    this.seen.push(...(decision.events ?? []));
    const isForgotten = this.state === EMPTY_PRESENCE;
    if (isForgotten) this.#forget();
    else ensure(this.state.sinceTime >= before.sinceTime, "its time goes back");
  }

  #forget(): void {
    this.#vouched.clear();
    this.#closed.clear();
  }
}

function isAtBroker(sessionId: string): boolean {
  return sessionId.startsWith("broker:");
}

/** Much quicker than `expect`, which properties would call a million times. */
function ensure(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}
