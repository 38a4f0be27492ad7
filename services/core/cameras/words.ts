import type { CameraCommand, CameraCommands } from "../../../actors/camera/contract.ts";
import type { PresenceEvent } from "../../../actors/presence/contract.ts";
import type { Ask } from "../../../actors/runtime/ask.ts";
import type { DeliveredRow } from "../../../actors/runtime/ports.ts";
import type { TwinEvent } from "../../../actors/twin/contract.ts";

type Hello = CameraCommands["helloHeard"]["params"];

/** The last words about one gateway. */
type Words = {
  readonly hello?: Hello;
  readonly removedOrder?: number;
  readonly presence?: CameraCommands["presenceChanged"]["params"];
};

/**
 * What a delivery tells camera actors: of each kind the last word alone. A word's order is its row's position; what
 * is taken twice has the same end.
 */
export function commandsOf(rows: readonly DeliveredRow[]): Ask<CameraCommand>[] {
  const words = new Map<string, Words>();
  for (const { type, pos, changes } of rows) {
    for (const { actorId, events = [] } of changes) {
      const known = words.get(actorId) ?? {};
      const heard = hear(known, type, events, pos);
      if (heard !== known) words.set(actorId, heard);
    }
  }
  return [...words].flatMap(([gatewayId, word]) => commands(word).map((command) => ({ gatewayId, command })));
}

/** Rows of a type hold the events of its actors alone. */
function hear(words: Words, type: string, events: readonly unknown[], order: number): Words {
  if (type === "twin")
    return (events as readonly TwinEvent[]).reduce((all, event) => twinWord(all, event, order), words);
  if (type === "presence")
    return (events as readonly PresenceEvent[]).reduce(
      (all, event) => presenceWord(all, event, order),
      words,
    );
  return words;
}

function twinWord(words: Words, event: TwinEvent, order: number): Words {
  if (event.type === "twin.removed") {
    const { hello: _, ...rest } = words;
    return { ...rest, removedOrder: order };
  }
  if (event.type !== "twin.position.advanced" || event.boot === undefined) return words;
  const cameras = event.cameras ?? words.hello?.cameras;
  return { ...words, hello: { order, boot: event.boot, ...(cameras && { cameras }) } };
}

/** One who may be gone is still there for us. */
function presenceWord(words: Words, event: PresenceEvent, order: number): Words {
  if (event.type === "presence.removed") return { ...words, presence: { order, isOnline: null } };
  if (event.type !== "presence.changed" || event.to === "SUSPECT") return words;
  return { ...words, presence: { order, isOnline: event.to === "ONLINE" } };
}

/** In the order in which they may follow one another. */
function commands({ removedOrder, hello, presence }: Words): CameraCommand[] {
  return [
    ...(removedOrder === undefined
      ? []
      : [{ name: "removeCameras" as const, params: { order: removedOrder } }]),
    ...(hello ? [{ name: "helloHeard" as const, params: hello }] : []),
    ...(presence ? [{ name: "presenceChanged" as const, params: presence }] : []),
  ];
}
