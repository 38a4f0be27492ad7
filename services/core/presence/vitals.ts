import type { Vitals as VitalsView } from "../../../actors/contracts/presence.ts";
import { fnv1a } from "../../../actors/runtime/partition-map.ts";
import type { PartitionRef } from "../../../actors/runtime/ports.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { type BoardRefusal, boardText, mergedBoard } from "./board.ts";
import { type Share, Shares, Ticks, type Told, Vital } from "./share.ts";
import type { Word } from "./signal.ts";
import { NO_VITALS, type StoredVitals } from "./vitals-table.ts";

/** Characters of boards per partition that wait for the table; beyond, newer ones are not taken. */
const MAX_WAITING_BOARDS = 2 * 1024 ** 2;

type VitalsOptions = {
  readonly partitionCount: number;
  readonly clock: () => number;
  readonly counters: Counters;
};

/**
 * What is not worth a commit: when gateways were heard, and what they tell of their boards. Of the gateways that this
 * node owns, in its memory; what is there and not in the table yet is lost when the node is killed.
 */
export class Vitals {
  readonly shares: Shares;
  readonly #options: VitalsOptions;
  readonly #ticks: Ticks;

  constructor(options: VitalsOptions) {
    this.#options = options;
    this.#ticks = new Ticks(options.clock());
    this.shares = new Shares(options.partitionCount);
  }

  /** Begins with nothing; what another owner has saved is read when somebody asks for it. */
  begin(ref: PartitionRef): void {
    this.shares.begin(ref);
  }

  /** Takes in what a gateway, or its edge, has said; false when its partition is not served here. */
  note(gatewayId: string, word: Word): boolean {
    const share = this.shares.of(gatewayId);
    if (!share) return false;
    const now = this.#options.clock();
    const heard = this.#ticks.of(now - word.ageMs);
    // That it is gone is no sign of life, and the end of a deleted gateway's connection must leave nothing behind.
    if (word.news?.what === "closed") return this.#noteEnd(share, gatewayId, heard);
    const vital = share.vitals.get(gatewayId) ?? this.#add(share, gatewayId, heard);
    vital.heard = Math.max(vital.heard, heard);
    vital.vouched = Math.max(vital.vouched, this.#ticks.of(now));
    share.unsaved.add(gatewayId);
    if (word.board || word.firmware !== undefined) this.#noteTold(share, vital, word);
    return true;
  }

  /** Was its actor told of this connection? */
  knows(gatewayId: string, sessionId: string): boolean {
    return this.#find(gatewayId)?.session === hashOf(sessionId);
  }

  /** Was its actor told of any connection that may be open still? */
  knowsAny(gatewayId: string): boolean {
    return (this.#find(gatewayId)?.session ?? 0) !== 0;
  }

  /** Its actor was told, by a commit. */
  learn(gatewayId: string, sessionId: string): void {
    const vital = this.#find(gatewayId);
    if (vital) vital.session = hashOf(sessionId);
  }

  /** Its actor may have to be told again. */
  unlearn(gatewayId: string): void {
    const vital = this.#find(gatewayId);
    if (vital) vital.session = 0;
  }

  /**
   * For its actor, whose deadline has come: when somebody last said that the gateway is there (epoch milliseconds).
   * The actor may now take its connections as closed: the next word of one of them has to reach it.
   */
  atDeadline(gatewayId: string): number | null {
    const vital = this.#find(gatewayId);
    if (!vital) return null;
    vital.session = 0;
    return this.#ticks.time(vital.vouched);
  }

  lastSeen(vital: Vital): number {
    return this.#ticks.time(vital.heard);
  }

  /** What the gateway has told and the table may not have. Take it before the table is read. */
  view(gatewayId: string): (stored: StoredVitals | undefined) => VitalsView {
    const vital = this.#find(gatewayId);
    const lastSeen = vital ? this.lastSeen(vital) : 0;
    const told = vital?.told;
    return (stored) => {
      const all = withTold(stored ?? { gatewayId, ...NO_VITALS }, told);
      return {
        lastSeen: Math.max(lastSeen, all.lastSeen) || null,
        board: JSON.parse(all.board),
        firmware: all.firmware,
      };
    };
  }

  #find(gatewayId: string): Vital | undefined {
    return this.shares.of(gatewayId)?.vitals.get(gatewayId);
  }

  #add(share: Share, gatewayId: string, heard: number): Vital {
    const vital = new Vital(heard, heard);
    share.vitals.set(gatewayId, vital);
    return vital;
  }

  #noteEnd(share: Share, gatewayId: string, heard: number): boolean {
    const vital = share.vitals.get(gatewayId);
    if (vital && heard > vital.heard) {
      vital.heard = heard;
      share.unsaved.add(gatewayId);
    }
    return true;
  }

  #noteTold(share: Share, vital: Vital, { board, firmware }: Word): void {
    const text = board && this.#boardOf(share, vital, board);
    share.setTold(vital, {
      ...vital.told,
      ...(text !== undefined && { board: text }),
      ...(firmware !== undefined && { firmware }),
    });
  }

  /** With what waits already; undefined when it is not taken. */
  #boardOf(share: Share, { told }: Vital, board: NonNullable<Word["board"]>): string | undefined {
    const made = boardText(board);
    if ("refusal" in made) return this.#refuse(made.refusal);
    if (share.boards + made.text.length > MAX_WAITING_BOARDS) return this.#refuse("overload");
    if (told?.board === undefined) return made.text;
    return mergedBoard(told.board, made.text) ?? this.#refuse("too_large");
  }

  #refuse(reason: BoardRefusal | "overload"): undefined {
    this.#options.counters.count("gateway_twin.presence.boards.refused.total", { reason });
  }
}

/** What the table has, with what was told since; a board that would be too large stays as it was. */
export function withTold(stored: StoredVitals, { board, firmware }: Told = {}): StoredVitals {
  return {
    ...stored,
    ...(board !== undefined && { board: mergedBoard(stored.board, board) ?? stored.board }),
    ...(firmware !== undefined && { firmware }),
  };
}

/** Not 0. Two connections of one gateway with the same hash would cost it a minute, once in four thousand million. */
function hashOf(sessionId: string): number {
  return fnv1a(Buffer.from(sessionId)) | 0 || 1;
}
