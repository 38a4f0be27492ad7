import type { Log, Session, SessionStore } from "./ports.ts";

type MembershipOptions = {
  readonly sessions: SessionStore;
  readonly ttlMs: number;
  /** The session as it is now. */
  readonly session: () => Session;
  /** Milliseconds that only grow, whatever the wall clock does. */
  readonly monotonic: () => number;
  readonly log: Log;
  /** May this node be a member now? Not while the others cannot reach it. */
  readonly mayBegin: () => boolean;
  /** The session had ended: others may own our partitions by now. */
  readonly onLost: () => void;
  /** A newer process runs under our node id. */
  readonly onReplaced: (by: Session) => void;
};

/**
 * This node's session. It is renewed from the same event loop that works on messages, so a loop that is stuck loses
 * it; while it lasts, nobody else takes our partitions.
 */
export class Membership {
  readonly #options: MembershipOptions;
  #deadline = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;
  #sending: Promise<unknown> = Promise.resolve();
  #isEnded = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /** Does the session certainly last still? The deadline counts from before the renewal was sent. */
  get isLive(): boolean {
    return this.#options.monotonic() < this.#deadline;
  }

  async start(): Promise<void> {
    await this.begin();
    this.#timer = setInterval(() => void this.renew(), this.#options.ttlMs / 3);
  }

  /** Begins the session, or tells the others what has changed about it. */
  async begin(): Promise<void> {
    const { sessions, session, ttlMs } = this.#options;
    await this.#until(() => sessions.begin(session(), ttlMs).then(() => true));
  }

  /** This node counts as a member no more; in the store the session runs out by itself. */
  abandon(): void {
    clearInterval(this.#timer);
    this.#isEnded = true;
    this.#deadline = Number.NEGATIVE_INFINITY;
  }

  async end(): Promise<void> {
    this.abandon();
    await this.#renewing;
    await this.#sending;
    await this.#options.sessions.end(this.#options.session());
  }

  renew(): Promise<void> {
    this.#renewing ??= this.#renew()
      .catch((error: unknown) => {
        this.#options.log.warn("the session could not be renewed", { error });
      })
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }

  async #renew(): Promise<void> {
    const { sessions, session, ttlMs, log, mayBegin, onLost } = this.#options;
    if (this.#isEnded || (await this.#until(() => sessions.renew(session(), ttlMs)))) return;
    this.#deadline = Number.NEGATIVE_INFINITY;
    const newer = await this.#newerInstance();
    if (newer) return this.#options.onReplaced(newer);
    log.warn("the session of this node had ended; its partitions may have other owners now");
    if (mayBegin() && !this.#isEnded) await this.begin();
    onLost();
  }

  /** One at a time: over several connections an older state of the session could be the last to arrive. */
  #until(send: () => Promise<boolean>): Promise<boolean> {
    const sent = this.#sending.then(() => this.#send(send));
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  async #send(send: () => Promise<boolean>): Promise<boolean> {
    const sentAt = this.#options.monotonic();
    const isLive = await send();
    if (isLive && !this.#isEnded) this.#deadline = Math.max(this.#deadline, sentAt + this.#options.ttlMs);
    return isLive;
  }

  async #newerInstance(): Promise<Session | undefined> {
    const { nodeId, instanceId } = this.#options.session();
    const { sessions } = await this.#options.sessions.live();
    return sessions.find((other) => other.nodeId === nodeId && other.instanceId !== instanceId);
  }
}
