import type { ServiceSchema } from "moleculer";
import { DEFAULT_LIMITS } from "../actors/contracts/limits.ts";
import { artifactsService } from "../services/core/artifacts/artifacts.service.ts";
import { configProfilesService } from "../services/core/config-profiles/config-profiles.service.ts";
import { gatewaysService } from "../services/core/gateways/gateways.service.ts";
import { routerTo, routesOf } from "./actors.ts";
import { cameras } from "./cameras.ts";
import { commands } from "./commands.ts";
import { config } from "./config.ts";
import type { Parts } from "./parts.ts";
import { presence } from "./presence.ts";
import { twins } from "./twins.ts";

/** The services of what gateways are, the hosts of their actors, and the ways to these for the edges. */
export function core(parts: Parts) {
  const { sequelize, node, bus, metrics, logs } = parts;
  const log = logs.named("core");
  const routers = {
    twins: routerTo(parts, "twin"),
    presence: routerTo(parts, "presence"),
    commands: routerTo(parts, "command"),
  };
  const actors = {
    twins: twins(parts, routers.twins),
    presence: presence(parts, routers.presence),
    config: config(parts),
    commands: commands(parts, routers.commands),
    cameras: cameras(parts),
  };
  const own = { sequelize, clock: Date.now, log };
  return {
    hosts: Object.values(actors).map(({ host }) => host),
    ways: {
      routes: routesOf(parts, routers.twins),
      presence: routesOf(parts, routers.presence),
      commands: routesOf(parts, routers.commands),
    },
    makers: {
      gateways: (): ServiceSchema => gatewaysService({ ...own, publisher: bus }),
      twins: () => actors.twins.schema,
      presence: () => actors.presence.schema,
      config: () => actors.config.schema,
      "config-profiles": () =>
        configProfilesService({
          ...own,
          node: node.ownership,
          bus,
          limits: DEFAULT_LIMITS,
          counters: metrics,
        }),
      commands: () => actors.commands.schema,
      cameras: () => actors.cameras.schema,
      artifacts: () => artifactsService({ ...own, blobs: parts.blobs, counters: metrics }),
    },
  };
}

export type Ways = ReturnType<typeof core>["ways"];
