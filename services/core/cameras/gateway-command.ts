import type { Command } from "../../../actors/contracts/commands.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { JsonObject } from "../../../actors/contracts/json.ts";
import { type Caller, call } from "../../../mixins/bridge.ts";

/** Beyond the command's own deadline, which is what says how it ended. */
const MARGIN_MS = 1500;

type Wanted = {
  readonly gatewayId: string;
  readonly name: string;
  readonly args: JsonObject;
  readonly timeoutSeconds: number;
  /** The same one again is the same command. */
  readonly requestId: string;
  readonly by: string;
};

/**
 * The command when the gateway has carried it out. Throws CAMERA_REFUSED when it has not; GATEWAY_OFFLINE and
 * COMMAND_TIMEOUT as commands do.
 */
export async function commandGateway(caller: Caller, wanted: Wanted): Promise<Command> {
  const { gatewayId, timeoutSeconds } = wanted;
  const options = { timeout: timeoutSeconds * 1000 + MARGIN_MS };
  const command = await call(caller, "commands.create", { ...wanted, priority: "HIGH" }, options);
  if (command.state === "SUCCEEDED") return command;
  if (command.state === "TIMED_OUT")
    throw new DomainError("COMMAND_TIMEOUT", { gatewayId, commandId: command.id });
  throw refused(gatewayId, command.error?.message ?? `the command is ${command.state}`);
}

export function refused(gatewayId: string, problem: string): DomainError {
  return new DomainError("CAMERA_REFUSED", { gatewayId, problem: problem.slice(0, 512) });
}
