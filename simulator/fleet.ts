import { isSettled } from "./gateway-model.ts";
import type { Member } from "./member.ts";

export interface Totals {
  readonly gateways: number;
  readonly connected: number;
  readonly sent: number;
  readonly resent: number;
  readonly acknowledged: number;
  readonly deltas: number;
  readonly fulls: number;
  readonly reconnects: number;
  readonly refused: number;
  readonly malformed: number;
}

const TICK_MS = 50;

/** All gateways on one timer. Idle until `live`, which starts their scenarios; `calm` ends them. */
export class Fleet {
  readonly members: Member[] = [];
  readonly #connectsPerMs: number;
  readonly #timer: NodeJS.Timeout;
  #credit = 1;
  #lastTick = Date.now();
  #act: ((now: number) => void) | undefined;

  constructor(connectsPerSecond: number) {
    this.#connectsPerMs = connectsPerSecond / 1000;
    this.#timer = setInterval(() => this.#tick(Date.now()), TICK_MS);
  }

  /** Every tick runs the scenarios, then `also` with the time since now. */
  live(also: (elapsed: number) => void): void {
    const start = Date.now();
    this.#act = (now) => {
      for (const member of this.members) member.live(now);
      also(now - start);
    };
  }

  calm(): void {
    this.#act = undefined;
  }

  unsettled(): Member[] {
    return this.members.filter((member) => !isSettled(member.gateway.model));
  }

  totals(): Totals {
    const models = this.members.map((member) => member.gateway.model);
    const sum = (value: (model: (typeof models)[number]) => number) =>
      models.reduce((total, model) => total + value(model), 0);
    return {
      gateways: models.length,
      connected: sum((model) => (model.connected ? 1 : 0)),
      sent: sum((model) => model.tally.sent),
      resent: sum((model) => model.tally.resent),
      acknowledged: sum((model) => model.tally.acknowledged),
      deltas: sum((model) => model.tally.deltas),
      fulls: sum((model) => model.tally.fulls),
      reconnects: sum((model) => Math.max(0, model.tally.links - 1)),
      refused: sum((model) => model.tally.refused),
      malformed: this.members.reduce((total, member) => total + member.gateway.malformed, 0),
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.members.map((member) => member.gateway.close()));
  }

  #tick(now: number): void {
    const elapsed = now - this.#lastTick;
    this.#lastTick = now;
    this.#act?.(now);
    this.#credit = Math.min(this.#credit + elapsed * this.#connectsPerMs, this.#connectsPerMs * 1000 + 1);
    for (const { gateway } of this.members) {
      gateway.dropIfOverdue(now);
      if (this.#credit < 1 || !gateway.wantsLink(now)) continue;
      this.#credit--;
      gateway.connect();
    }
  }
}
