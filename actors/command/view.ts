import type { CommandEvents, CommandView, Found } from "./contract.ts";
import { digestOf, gatewayIdOf } from "./ids.ts";
import type { EndedCommand, GatewayCommands, OpenCommand } from "./state.ts";

export function openView({ id, name, createTime }: OpenCommand): CommandView {
  return { id, gatewayId: gatewayIdOf(id), name, state: "PENDING", createTime };
}

export function endedView(command: EndedCommand): CommandView {
  return { gatewayId: gatewayIdOf(command.id), ...command };
}

export function findCommand({ open, ended, left }: GatewayCommands, commandId: string): Found {
  const pending = open.find(({ id }) => id === commandId);
  if (pending) return openView(pending);
  const done = ended.find(({ id }) => id === commandId);
  if (done) return endedView(done);
  return left.includes(digestOf(commandId)) ? "LEFT" : null;
}

/** `time`: of the event; epoch milliseconds. */
export function endedBy(event: CommandEvents["command.finished"], time: number): EndedCommand {
  const { commandId, name, state, result, error, createTime } = event;
  return {
    id: commandId,
    name,
    state,
    ...(result !== undefined && { result }),
    ...(error && { error }),
    createTime,
    endTime: Math.max(time, createTime),
  };
}
