import type { EndedCommand, GatewayCommands, OpenCommand } from "./state.ts";

export type PackedCommands = readonly [
  open: readonly OpenCommand[],
  ended: readonly EndedCommand[],
  left: readonly string[],
];

export function packCommands({ open, ended, left }: GatewayCommands): PackedCommands {
  return [open, ended, left];
}

export function unpackCommands([open, ended, left]: PackedCommands): GatewayCommands {
  return { open, ended, left };
}
