import type { ConfigCommand, TwinWord } from "../../../actors/config/contract.ts";
import type { PresenceEvent } from "../../../actors/presence/contract.ts";
import type { Ask } from "../../../actors/runtime/ask.ts";
import type { DeliveredRow } from "../../../actors/runtime/ports.ts";
import type { TwinEvent } from "../../../actors/twin/contract.ts";

type Removed = { readonly order: number };
type PresenceWord = { readonly order: number; readonly isOnline: boolean | null };

/** The last words about one gateway. */
type Words = { twin?: TwinWord | Removed; presence?: PresenceWord };

/**
 * What a delivery tells config actors: of each kind the last word alone, for a gateway that has done what it was told
 * before anybody here heard of it costs one commit. A word's order is its row's position: words of one row may be
 * taken again in their order, with the same end.
 */
export function commandsOf(rows: readonly DeliveredRow[]): Ask<ConfigCommand>[] {
  const words = new Map<string, Words>();
  for (const { type, pos, changes } of rows) {
    for (const { actorId, time, events = [] } of changes) {
      const known = words.get(actorId) ?? {};
      const heard = hear(known, type, events, { order: pos, time });
      if (heard !== known) words.set(actorId, heard);
    }
  }
  return [...words].flatMap(([gatewayId, word]) => commands(word).map((command) => ({ gatewayId, command })));
}

type Place = { readonly order: number; readonly time: number };

/** Rows of a type hold the events of its actors alone. */
function hear(words: Words, type: string, events: readonly unknown[], place: Place): Words {
  if (type === "twin")
    return (events as readonly TwinEvent[]).reduce((all, event) => twinWord(all, event, place), words);
  if (type === "presence")
    return (events as readonly PresenceEvent[]).reduce(
      (all, event) => presenceWord(all, event, place),
      words,
    );
  return words;
}

function twinWord(words: Words, event: TwinEvent, { order, time }: Place): Words {
  if (event.type === "twin.removed") return { ...words, twin: { order } };
  if (!("sync" in event) || !event.sync) return words;
  const { desiredVersion, ...sync } = event.sync;
  return { ...words, twin: { order, desiredVersion, sync, time, ...standsFor(words.twin) } };
}

/** What a word must tell of the one that it is said instead of. */
function standsFor(earlier: TwinWord | Removed | undefined): Pick<TwinWord, "openSince" | "isAnother"> {
  if (!earlier) return {};
  if (!("sync" in earlier)) return { isAnother: true };
  const { sync, time, openSince = time, isAnother } = earlier;
  return { ...(sync.state !== "synced" && { openSince }), ...(isAnother && { isAnother }) };
}

/** One who may be gone is still there for us: only that somebody came or is gone counts. */
function presenceWord(words: Words, event: PresenceEvent, { order }: Place): Words {
  if (event.type === "presence.removed") return { ...words, presence: { order, isOnline: null } };
  if (event.type !== "presence.changed" || event.to === "SUSPECT") return words;
  return { ...words, presence: { order, isOnline: event.to === "ONLINE" } };
}

/** The twin's first: that all is done, is to be known before an attempt that has come due. */
function commands({ twin, presence }: Words): ConfigCommand[] {
  return [
    ...(twin ? [twinCommand(twin)] : []),
    ...(presence ? [{ name: "presenceChanged" as const, params: presence }] : []),
  ];
}

function twinCommand(word: TwinWord | Removed): ConfigCommand {
  return "sync" in word ? { name: "twinChanged", params: word } : { name: "twinRemoved", params: word };
}
