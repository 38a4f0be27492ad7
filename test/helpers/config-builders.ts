import { configActor } from "../../actors/config/config.ts";
import type { ConfigCommand, Sync, TwinWord } from "../../actors/config/contract.ts";
import { type ConfigState, EMPTY_CONFIG } from "../../actors/config/state.ts";
import { stepOf } from "./actor-step.ts";

export const GATEWAY = "gw-1";
export const config = configActor();

/** What one command does to a config actor at a moment. */
export const configStep = stepOf(config, GATEWAY);

/** The actor after all commands, each at its time. */
export function configAfter(
  ...commands: readonly (readonly [now: number, command: ConfigCommand])[]
): ConfigState {
  return commands.reduce((state, [now, command]) => configStep(state, command, now).state, EMPTY_CONFIG);
}

/** The twin is at this desired version; words come in the order of their versions unless told otherwise. */
export function changed(
  desiredVersion: number,
  state: Sync["state"],
  more: Partial<TwinWord> & Pick<Sync, "refused" | "neverHeard"> = {},
): ConfigCommand {
  const { refused, neverHeard, ...word } = more;
  const sync = { state, ...(refused && { refused }), ...(neverHeard && { neverHeard }) };
  return { name: "twinChanged", params: { order: desiredVersion, desiredVersion, sync, time: 900, ...word } };
}

export const removed = (order: number): ConfigCommand => ({ name: "twinRemoved", params: { order } });
export const presence = (order: number, isOnline: boolean | null): ConfigCommand => ({
  name: "presenceChanged",
  params: { order, isOnline },
});
export const due: ConfigCommand = { name: "attemptDue", params: {} };
export const resync: ConfigCommand = { name: "resync", params: { by: "ann" } };
export const traffic = (sent: number, saved: number): ConfigCommand => ({
  name: "countTraffic",
  params: { sent, saved },
});
export const get: ConfigCommand = { name: "getConfig", params: {} };

/** Lets all attempts come due, until none is planned; returns when each delivery went out, and the end. */
export function runAttempts(start: ConfigState): { readonly state: ConfigState; readonly times: number[] } {
  let state = start;
  const times: number[] = [];
  while (state.nextAttemptTime !== null) {
    const now = state.nextAttemptTime;
    const step = configStep(state, due, now);
    if (step.downlinks.length > 0) times.push(now);
    state = step.state;
  }
  return { state, times };
}
