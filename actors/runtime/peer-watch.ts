import type { LiveSession, Log, SessionStore } from "./ports.ts";
import type { Signals } from "./signals.ts";
import { type ClusterView, neighbours } from "./view.ts";

type PeerWatchOptions = {
  readonly instanceId: string;
  readonly view: () => ClusterView | undefined;
  readonly signals: Pick<Signals, "isGone" | "changed">;
  readonly sessions: Pick<SessionStore, "end">;
  readonly log: Log;
  /** Told after the session of a peer was ended. */
  readonly onEnded: () => void;
};

/**
 * Ends the session of a neighbour that has certainly gone, so that its partitions need not wait for the session's
 * time. Should it live after all, it begins a new session; the epochs keep what it owned safe.
 */
export class PeerWatch {
  readonly #options: PeerWatchOptions;
  #isWatching = false;

  constructor(options: PeerWatchOptions) {
    this.#options = options;
  }

  /** To be called some times a second. */
  async tick(): Promise<void> {
    if (this.#isWatching) return;
    this.#isWatching = true;
    try {
      await this.#watch();
    } catch (error) {
      this.#options.log.warn("the neighbours could not be looked after", { error });
    } finally {
      this.#isWatching = false;
    }
  }

  async #watch(): Promise<void> {
    const { instanceId, view, signals, sessions, log, onEnded } = this.#options;
    const seen = view();
    if (!seen) return;
    const peers = neighbours(seen, instanceId);
    const gone = await Promise.all(peers.map((peer) => signals.isGone(peer.instanceId)));
    const isMember = (peer: LiveSession) =>
      view()?.sessions.some((one) => one.instanceId === peer.instanceId);
    for (const peer of peers.filter((one, index) => gone[index] && isMember(one))) {
      log.warn("a node has gone without a word", { "node.id": peer.nodeId });
      await sessions.end(peer);
      signals.changed();
      onEnded();
    }
  }
}
