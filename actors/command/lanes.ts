import type { CommandPriority } from "../contracts/commands.ts";
import type { OpenCommand } from "./state.ts";

/** How many commands of a priority a gateway may have and not have answered: none waits for those of another one. */
export const AT_ONCE: Readonly<Record<CommandPriority, number>> = { HIGH: 16, NORMAL: 8, LOW: 4 };

/**
 * Those that the gateway is to have: the oldest of each priority. The others wait. Commands only leave these places by
 * ending, so this also tells what was sent.
 */
export function sent(open: readonly OpenCommand[]): OpenCommand[] {
  const counts = { HIGH: 0, NORMAL: 0, LOW: 0 };
  return open.filter(({ priority }) => {
    counts[priority] += 1;
    return counts[priority] <= AT_ONCE[priority];
  });
}

/** Those that come to be sent by a change. */
export function newlySent(before: readonly OpenCommand[], after: readonly OpenCommand[]): OpenCommand[] {
  const known = new Set(sent(before).map(({ id }) => id));
  return sent(after).filter(({ id }) => !known.has(id));
}
