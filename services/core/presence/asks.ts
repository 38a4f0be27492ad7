import type { PresenceCommand, PresenceCommands, PresenceReply } from "../../../actors/presence/contract.ts";
import type { Outcome } from "../../../actors/runtime/actor.ts";
import type { Routes } from "../../../actors/runtime/routes.ts";
import { ActorAsks } from "../../../mixins/actor-asks.ts";
import type { ActorRouter } from "../../../mixins/actor-router.ts";
import { call } from "../../../mixins/bridge.ts";
import type { PresenceHost } from "./presence-host.ts";
import type { VitalsWriter } from "./vitals-writer.ts";

type PresenceAsksOptions = {
  readonly nodeId: string;
  readonly host: PresenceHost;
  readonly writer: VitalsWriter;
  readonly router: ActorRouter;
  readonly routes: Routes;
};

/** Commands to presence actors, wherever they are. */
export function presenceAsks(options: PresenceAsksOptions): ActorAsks<PresenceCommands> {
  return new ActorAsks({
    ...options,
    host: { ask: (actorId, command) => askOwn(options, actorId, command) },
    action: "presence.ask",
    remote: (caller, asks, callOptions) => call(caller, "presence.ask", { asks }, callOptions),
  });
}

/** With a gateway's presence go its vitals. */
async function askOwn(
  { host, writer }: PresenceAsksOptions,
  actorId: string,
  command: PresenceCommand,
): Promise<Outcome<PresenceReply>> {
  const outcome = await host.ask(actorId, command);
  if (outcome.ok && command.name === "removePresence") await writer.remove(actorId);
  return outcome;
}
