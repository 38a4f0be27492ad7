import { DomainError } from "../../../actors/contracts/errors.ts";
import type { PresenceSignal, SignalKind } from "../../../actors/contracts/presence.ts";
import { isBrokerSession } from "../../../actors/presence/broker-session.ts";
import type { Connection, PresenceReply } from "../../../actors/presence/contract.ts";
import { type Outcome, rejected } from "../../../actors/runtime/actor.ts";
import { partitionOf } from "../../../actors/runtime/partition-map.ts";
import type { Counters } from "../../../mixins/counters.ts";
import type { PresenceHost } from "./presence-host.ts";
import { type News, type Word, wordOf } from "./signal.ts";
import type { Vitals } from "./vitals.ts";

type IngestHost = Pick<PresenceHost, "deliver" | "peek" | "typeName" | "partitionCount">;

type IngestOptions = {
  readonly host: IngestHost;
  readonly vitals: Vitals;
  readonly counters: Counters;
  /** May an answer be given that no commit proves? */
  readonly mayAnswer: () => boolean;
};

type Done = (outcome: Outcome<null>) => void;

const TAKEN: Outcome<null> = { ok: true, reply: null };

/** Takes what edges tell: all of it moves the vitals, and only what is new goes through an actor's mailbox. */
export class PresenceIngest {
  readonly #options: IngestOptions;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /** Resolves when the last signal is decided. `node`: that of the edge. */
  takeIn(signals: readonly PresenceSignal[], node: string): Promise<Outcome<null>[]> {
    this.#count(signals);
    const { promise, resolve } = Promise.withResolvers<Outcome<null>[]>();
    const outcomes: Outcome<null>[] = new Array(signals.length);
    let open = signals.length;
    if (open === 0) resolve(outcomes);
    for (const [index, signal] of signals.entries())
      this.#take(signal, node, (outcome) => {
        outcomes[index] = outcome;
        open -= 1;
        if (open === 0) resolve(outcomes);
      });
    return promise;
  }

  #take(signal: PresenceSignal, node: string, done: Done): void {
    const word = this.#understood(signal, node, done);
    if (!word) return;
    const { gatewayId } = signal;
    if (!this.#options.mayAnswer() || !this.#options.vitals.note(gatewayId, word))
      return done(this.#notOwner(gatewayId));
    if (word.news) this.#tell(gatewayId, word.news, done);
    else done(TAKEN);
  }

  #understood(signal: PresenceSignal, node: string, done: Done): Word | undefined {
    try {
      return wordOf(signal, node);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const labels = { kind: signal.kind, reason: error.type };
      this.#options.counters.count("gateway_twin.presence.signals.refused.total", labels);
      done(rejected(error.toValue()));
      return undefined;
    }
  }

  #tell(gatewayId: string, news: News, done: Done): void {
    if (news.what === "closed") return this.#close(gatewayId, news, done);
    if (news.what !== "opened" && this.#isKnown(gatewayId, news)) return done(TAKEN);
    this.#open(gatewayId, news.connection, done);
  }

  /** By the actor where it is in memory, else by what it was told: a steady fleet wakes no actor. */
  #isKnown(
    gatewayId: string,
    { what, connection: { sessionId } }: Exclude<News, { what: "closed" }>,
  ): boolean {
    const { host, vitals } = this.#options;
    const open = host.peek(gatewayId)?.connections;
    if (what === "heard") return open ? open.length > 0 : vitals.knowsAny(gatewayId);
    return open ? open.some((one) => one.sessionId === sessionId) : vitals.knows(gatewayId, sessionId);
  }

  #open(gatewayId: string, connection: Connection, done: Done): void {
    const { host, vitals } = this.#options;
    host.deliver(gatewayId, { name: "openConnection", params: { connection } }, (outcome) => {
      if (outcome.ok) vitals.learn(gatewayId, connection.sessionId);
      done(taken(outcome));
    });
  }

  #close(gatewayId: string, { sessionId, reason }: Extract<News, { what: "closed" }>, done: Done): void {
    const { host, vitals, counters } = this.#options;
    const isAtBroker = isBrokerSession(sessionId);
    // Its next sign of life opens it again; others are gone for good.
    if (isAtBroker) vitals.unlearn(gatewayId);
    host.deliver(gatewayId, { name: "closeConnection", params: { sessionId, reason } }, (outcome) => {
      if (isAtBroker && outcome.ok && outcome.reply === false)
        counters.count("gateway_twin.presence.byes.stale.total");
      done(taken(outcome));
    });
  }

  #count(signals: readonly PresenceSignal[]): void {
    const counts = new Map<SignalKind, number>();
    for (const { kind } of signals) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    for (const [kind, count] of counts)
      this.#options.counters.count("gateway_twin.presence.signals.total", { kind }, count);
  }

  #notOwner(gatewayId: string): Outcome<null> {
    const { typeName: type, partitionCount } = this.#options.host;
    const partition = partitionOf(gatewayId, partitionCount);
    return rejected(new DomainError("NOT_OWNER", { type, partition }).toValue());
  }
}

function taken(outcome: Outcome<PresenceReply>): Outcome<null> {
  return outcome.ok ? TAKEN : outcome;
}
