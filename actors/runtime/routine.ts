import type { ActorType } from "./actor.ts";
import type { CommitRow } from "./ports.ts";

/** Does the row hold nothing but routine events? Dead letters and bare timers are none. */
export function isRoutineRow<Event>(
  { isRoutine }: Pick<ActorType<never, never, Event, unknown>, "isRoutine">,
  row: CommitRow,
): boolean {
  if (!isRoutine) return false;
  return row.changes.every(({ events }) => events?.every((event) => isRoutine(event as Event)) ?? false);
}
