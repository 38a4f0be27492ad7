import type { Context } from "../../runtime/actor.ts";
import { exactBytes } from "../../twin/document-limits.ts";
import type { CommandEvents } from "../contract.ts";
import { digestOf } from "../ids.ts";
import {
  type EndedCommand,
  type GatewayCommands,
  KEPT_ENDED,
  KEPT_ENDED_BYTES,
  KEPT_LEFT,
} from "../state.ts";
import { endedBy } from "../view.ts";

export function finished(
  state: GatewayCommands,
  event: CommandEvents["command.finished"],
  { now }: Context,
): GatewayCommands {
  const all = [...state.ended, endedBy(event, now)];
  const ended = all.slice(-keptOf(all));
  const gone = all.slice(0, all.length - ended.length).map(({ id }) => digestOf(id));
  return {
    open: state.open.filter(({ id }) => id !== event.commandId),
    ended,
    left: [...state.left, ...gone].slice(-KEPT_LEFT),
  };
}

/** How many of the newest are kept; at least one. */
function keptOf(ended: readonly EndedCommand[]): number {
  let bytes = 0;
  let count = 0;
  for (const { result } of ended.toReversed()) {
    bytes += result === undefined ? 0 : exactBytes(result);
    if (count === KEPT_ENDED || (count > 0 && bytes > KEPT_ENDED_BYTES)) break;
    count += 1;
  }
  return count;
}
