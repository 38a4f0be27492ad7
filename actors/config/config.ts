import type { ActorType } from "../runtime/actor.ts";
import { decideBy, type HandlersOf } from "../runtime/handlers.ts";
import { attemptDue } from "./commands/attempt-due.ts";
import { countTraffic } from "./commands/count-traffic.ts";
import { getConfig } from "./commands/get-config.ts";
import { presenceChanged } from "./commands/presence-changed.ts";
import { removeConfig } from "./commands/remove-config.ts";
import { resync } from "./commands/resync.ts";
import { twinChanged } from "./commands/twin-changed.ts";
import { twinRemoved } from "./commands/twin-removed.ts";
import type { ConfigCommand, ConfigCommands, ConfigEvent, ConfigReply } from "./contract.ts";
import { type PackedConfig, packConfig, unpackConfig } from "./document.ts";
import { apply } from "./events/apply.ts";
import { ATTEMPT, type ConfigRules } from "./reconcile.ts";
import { type ConfigState, EMPTY_CONFIG, isForgettable } from "./state.ts";

type CommandHandlers = HandlersOf<ConfigRules, ConfigState, ConfigCommands, ConfigEvent>;

const commands: CommandHandlers = {
  // by other actors' events
  twinChanged,
  twinRemoved,
  presenceChanged,
  // by its timer
  attemptDue,
  // by people and programs
  resync,
  countTraffic,
  getConfig,
  removeConfig,
};

type ConfigActor = ActorType<ConfigState, ConfigCommand, ConfigEvent, ConfigReply>;

const DEFAULT_CONFIG_RULES: ConfigRules = { firstWaitMs: 5000, maxWaitMs: 300_000, maxAttempts: 8 };

/** Brings what gateways report to what they are wished to be, as far as they let it. */
export function configActor(rules: ConfigRules = DEFAULT_CONFIG_RULES): ConfigActor {
  return {
    name: "config",
    pack: packConfig,
    unpack: (packed) => unpackConfig(packed as PackedConfig),
    initial: () => EMPTY_CONFIG,
    decide: (state, command, context) => decideBy(commands, rules, state, command, context),
    evolve: apply,
    isEmpty: isForgettable,
    isRoutine,
    timerDue,
  };
}

/** What neither begins nor ends a phase is for the actor itself. */
function isRoutine(event: ConfigEvent): boolean {
  return event.type === "config.resync.requested" || (event.type === "config.changed" && !event.phases);
}

function timerDue(timer: string): ConfigCommand {
  if (timer !== ATTEMPT) throw new Error(`the config actor has no timer '${timer}'`);
  return { name: "attemptDue", params: {} };
}
