import { commandActor } from "../actors/command/command.ts";
import type { ActorRouter } from "../mixins/actor-router.ts";
import { Downlinks } from "../mixins/downlinks.ts";
import { commandAsks } from "../services/core/commands/asks.ts";
import { commandsService } from "../services/core/commands/commands.service.ts";
import { OwnedCommands } from "../services/core/commands/owned-commands.ts";
import { hostOf, partitionCountOf } from "./actors.ts";
import { gaugeDownlinks } from "./metrics.ts";
import type { Parts } from "./parts.ts";

/** The service of commands to gateways, and the host of its actors. */
export function commands(parts: Parts, router: ActorRouter) {
  const { env, broker, node, routes, bus, sequelize, metrics: counters, logs } = parts;
  const log = logs.named("commands");
  const owned = new OwnedCommands(partitionCountOf(parts));
  const downlinks = new Downlinks({ caller: broker, counters });
  gaugeDownlinks(parts, "command", downlinks);
  const host = hostOf(parts, commandActor(), (sent) => downlinks.send(sent), owned.tap(bus));
  const own = { nodeId: env.NODE_ID, node, host, owned, router, routes, downlinks };
  const asks = commandAsks({ nodeId: env.NODE_ID, host, router, routes, spans: parts.spans });
  const schema = commandsService({ ...own, asks, bus, sequelize, clock: Date.now, counters, log });
  return { host, schema };
}
