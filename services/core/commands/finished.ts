import type { CommandEvent } from "../../../actors/command/contract.ts";
import type { EndedCommand } from "../../../actors/command/state.ts";
import { endedBy } from "../../../actors/command/view.ts";
import type { CommitRow } from "../../../actors/runtime/ports.ts";

export type Finished = EndedCommand & { readonly gatewayId: string };

/** The commands that have ended with these rows. */
export function finishedIn(rows: readonly Pick<CommitRow, "type" | "changes">[]): Finished[] {
  return rows
    .filter(({ type }) => type === "command")
    .flatMap(({ changes }) => changes)
    .flatMap(({ actorId: gatewayId, time, events = [] }) =>
      (events as readonly CommandEvent[]).flatMap((event) =>
        event.type === "command.finished" ? [{ ...endedBy(event, time), gatewayId }] : [],
      ),
    );
}
