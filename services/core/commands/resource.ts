import type { CommandView } from "../../../actors/command/contract.ts";
import type { Command } from "../../../actors/contracts/commands.ts";

/** The command as the open API shows it. */
export function commandResource({ createTime, endTime, ...command }: CommandView): Command {
  return {
    ...command,
    createTime: new Date(createTime).toISOString(),
    ...(endTime !== undefined && { endTime: new Date(endTime).toISOString() }),
  };
}
