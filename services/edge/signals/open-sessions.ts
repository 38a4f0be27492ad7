import type { CloseReason } from "../../../actors/contracts/presence.ts";
import type { Session } from "./session.ts";
import type { SignalQueue } from "./signal-queue.ts";

const TICK_MS = 1000;
/** The longest time between two signs of an open session; half its keep-alive is shorter for most. */
const MAX_TICKS = 60;
const SESSIONS_PER_TURN = 256;

type Told = Pick<SignalQueue, "opened" | "alive" | "closed">;

/**
 * The connections that are open here. Presence is told when one opens and when it ends, and in between again and
 * again that it is open, so that whatever presence missed is made good. No timer per session: each stands in the slot
 * of the tick when it is due next, as the hours on a clock's face.
 */
export class OpenSessions {
  readonly #told: Told;
  readonly #slots: readonly Set<Session>[] = Array.from({ length: MAX_TICKS + 1 }, () => new Set());
  #position = 0;
  #opened = 0;
  #ticks: NodeJS.Timeout | undefined;
  #rest: NodeJS.Immediate | undefined;

  constructor(told: Told) {
    this.#told = told;
  }

  start(): void {
    this.#ticks = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#ticks);
    clearImmediate(this.#rest);
  }

  /** The first sign comes anywhere within its time, so that those who connect together do not stay together. */
  open(session: Session): void {
    this.#opened += 1;
    this.#put(session, 1 + (this.#opened % ticksOf(session)));
    this.#told.opened(session);
  }

  /** Nothing when it is not open. */
  end(session: Session, reason: CloseReason): void {
    if (this.#slots[session.slot]?.delete(session)) this.#told.closed(session, reason);
  }

  /** A slot that is not done yet puts off the next one: under load signs become rarer, and never pile up. */
  #tick(): void {
    if (this.#rest) return;
    this.#position = (this.#position + 1) % this.#slots.length;
    this.#sweep();
  }

  /** What is due now, a part in each turn of the event loop. */
  #sweep(): void {
    this.#rest = undefined;
    let left = SESSIONS_PER_TURN;
    for (const session of this.#slots[this.#position] ?? []) {
      if (left === 0) {
        this.#rest = setImmediate(() => this.#sweep());
        return;
      }
      left -= 1;
      this.#slots[this.#position]?.delete(session);
      this.#put(session, ticksOf(session));
      this.#told.alive(session);
    }
  }

  #put(session: Session, ticks: number): void {
    session.slot = (this.#position + ticks) % this.#slots.length;
    this.#slots[session.slot]?.add(session);
  }
}

function ticksOf({ keepAliveMs }: Session): number {
  return Math.min(MAX_TICKS, Math.max(1, Math.floor(keepAliveMs / 2 / TICK_MS)));
}
