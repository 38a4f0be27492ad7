import type { ConnectionSignal, PresenceSignal, SignalKind } from "../../actors/contracts/presence.ts";
import type { Outcome } from "../../actors/runtime/actor.ts";

type Told = {
  readonly gatewayId: string;
  readonly kind: SignalKind;
  readonly sessionId: string | null;
  readonly payload: Partial<ConnectionSignal> & Record<string, unknown>;
  /** The node that told it. */
  readonly node: string;
};

/** In place of the presence service: keeps what it is told; what it says to that is up to the test. */
export class FakePresence {
  readonly told: Told[] = [];
  readonly edges = new Set<string>();
  calls = 0;
  answer: (signal: PresenceSignal) => Outcome<null> = () => ({ ok: true, reply: null });
  #gate = Promise.withResolvers<void>();

  constructor() {
    this.#gate.resolve();
  }

  hold(): void {
    this.#gate = Promise.withResolvers<void>();
  }

  release(): void {
    this.#gate.resolve();
  }

  /** In words: `opened`, `closed lost`, ... */
  words(gatewayId: string): string[] {
    const own = this.told.filter((signal) => signal.gatewayId === gatewayId);
    return own.map(({ kind, payload: { reason } }) => (kind === "closed" ? `closed ${reason}` : kind));
  }

  of(kind: SignalKind, gatewayId?: string): Told[] {
    return this.told.filter((one) => one.kind === kind && (gatewayId ?? one.gatewayId) === one.gatewayId);
  }

  async ingest(edge: string, signals: readonly PresenceSignal[], node: string): Promise<Outcome<null>[]> {
    this.calls += 1;
    this.edges.add(edge);
    await this.#gate.promise;
    return signals.map((signal) => {
      const outcome = this.answer(signal);
      const payload = JSON.parse(Buffer.from(signal.payload).toString());
      if (outcome.ok) this.told.push({ ...signal, payload, node });
      return outcome;
    });
  }
}

/** The sessions that presence takes for open, in whatever order it was told: who was closed is never opened again. */
export function openSessions(told: readonly Told[]): Set<string | null> {
  const closed = new Set(told.filter(({ kind }) => kind === "closed").map(({ sessionId }) => sessionId));
  const seen = told.filter(({ kind }) => kind === "opened" || kind === "alive");
  return new Set(seen.map(({ sessionId }) => sessionId).filter((sessionId) => !closed.has(sessionId)));
}
