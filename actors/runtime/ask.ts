import type { Trace } from "./spans.ts";

/** A command for an actor, on its way to the node that owns it. */
export type Ask<Command> = {
  readonly gatewayId: string;
  readonly command: Command;
  readonly trace?: Trace | undefined;
};
