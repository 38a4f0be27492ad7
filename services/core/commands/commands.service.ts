import { randomUUID } from "node:crypto";
import type { Context, Service, ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import type { CommandCommands, CommandView, NewCommand } from "../../../actors/command/contract.ts";
import { commandIdOf, gatewayIdOf } from "../../../actors/command/ids.ts";
import { type Command, DEFAULT_TIMEOUT_SECONDS } from "../../../actors/contracts/commands.ts";
import type { Params } from "../../../actors/contracts/contract.ts";
import type { Edge } from "../../../actors/contracts/edge.ts";
import type { ActorNode } from "../../../actors/runtime/node.ts";
import type { Consumer, Log } from "../../../actors/runtime/ports.ts";
import type { Routes } from "../../../actors/runtime/routes.ts";
import { type ActorAsks, hinted } from "../../../mixins/actor-asks.ts";
import { actorHost } from "../../../mixins/actor-host.ts";
import type { ActorRouter } from "../../../mixins/actor-router.ts";
import { actions, call } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { Repeated } from "../../../mixins/repeated.ts";
import { runBatch } from "./batch.ts";
import type { CommandHost } from "./command-host.ts";
import { CommandTable } from "./command-table.ts";
import { finishedIn } from "./finished.ts";
import { CommandIngest } from "./ingest.ts";
import { listCommands, listGatewayLog, listLog } from "./list.ts";
import { LogTable } from "./log-table.ts";
import { LogWriter } from "./log-writer.ts";
import type { OwnedCommands } from "./owned-commands.ts";
import { offlineAmong } from "./presence-check.ts";
import { commandResource } from "./resource.ts";
import { DEFAULT_RETENTION_MS, removeBefore } from "./retention.ts";
import { Runs, timeoutOf } from "./runs.ts";

const TRIM_EVERY_MS = 60_000;

/** Is told which edge gateways have just spoken through. */
type Arrivals = {
  readonly arrived: (edge: Edge, nodeId: string, messages: readonly { readonly gatewayId: string }[]) => void;
};

type CommandsOptions = {
  readonly nodeId: string;
  readonly node: ActorNode;
  readonly host: CommandHost;
  /** Those that the host's publisher is tapped by. */
  readonly owned: OwnedCommands;
  readonly asks: ActorAsks<CommandCommands>;
  readonly router: ActorRouter;
  readonly routes: Routes;
  /** Those that the host sends with. */
  readonly downlinks: Arrivals;
  readonly bus: { readonly subscribe: (consumer: Consumer) => void };
  readonly sequelize: Sequelize;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly counters: Counters;
  readonly log: Log;
  /** How long ended commands and logs are kept, in milliseconds; 30 days when not given. */
  readonly retentionMs?: number;
};

type Given = Omit<Params<"commands.create">, "gatewayId" | "async">;

/** Commands to gateways: the host of their actors, those who wait for them, and those that have ended. */
export function commandsService(options: CommandsOptions): ServiceSchema {
  const { node, host, owned, asks, routes, downlinks, bus, sequelize, clock, counters, log } = options;
  const { retentionMs = DEFAULT_RETENTION_MS } = options;
  const table = new CommandTable(sequelize);
  const logs = new LogTable(sequelize);
  const runs = new Runs({ ...options, table, waiters: owned.waiters });
  const writer = new LogWriter(logs, counters);
  const ingest = new CommandIngest({ host, busy: owned.busy, logs: writer, clock, counters });
  const trimming = new Repeated({
    everyMs: TRIM_EVERY_MS,
    log,
    work: async (signal) => {
      const removed = await removeBefore(clock() - retentionMs, [table, logs], signal);
      counters.count("gateway_twin.commands.removed.total", {}, removed);
      counters.gauge("gateway_twin.commands.waiting", owned.waiters.count);
    },
  });

  const requireGateway = (context: Context, gatewayId: string) =>
    call(context, "gateways.get", { gatewayId });

  async function run(
    context: Context,
    gatewayId: string,
    command: NewCommand,
    isAsync: boolean,
  ): Promise<CommandView> {
    const view = await runs.run(context, gatewayId, command, isAsync);
    counters.count("gateway_twin.commands.total", { state: view.state });
    return view;
  }

  async function create(params: Params<"commands.create">, context: Context): Promise<Command> {
    const { gatewayId, async: isAsync = false, ...given } = params;
    const [offline] = await Promise.all([
      offlineAmong(context, [gatewayId], counters),
      requireGateway(context, gatewayId),
    ]);
    const command = newCommand(gatewayId, given, offline.has(gatewayId));
    const view = await run(context, gatewayId, command, isAsync);
    if (view.state === "TIMED_OUT" && !isAsync) throw timeoutOf(view);
    return commandResource(view);
  }

  async function batch(params: Params<"commands.batch">, context: Context) {
    const { gatewayIds, maxInProgress: _, ...rest } = params;
    const given = { ...rest, requestId: rest.requestId ?? randomUUID() };
    const offline = await offlineAmong(context, gatewayIds, counters);
    const results = await runBatch(params, async (gatewayId, timeoutMs) => {
      await requireGateway(context, gatewayId);
      const command = newCommand(gatewayId, given, offline.has(gatewayId));
      return run(context, gatewayId, { ...command, timeoutMs }, false);
    });
    return { results };
  }

  async function find(context: Context, commandId: string): Promise<CommandView> {
    const found = await asks.ask(context, gatewayIdOf(commandId), "getCommand", { commandId });
    return runs.known(commandId, found);
  }

  return {
    name: "commands",
    dependencies: ["gateways"],
    mixins: [actorHost(node, owned.holder(host))],
    created(this: Service) {
      bus.subscribe({
        group: "commands",
        // Nodes of other roles may have been faster.
        fromOldest: true,
        skipsRoutine: true,
        handle: ({ rows }) => table.add(finishedIn(rows)),
      });
    },
    started: async () => trimming.run(),
    stopped: () => trimming.stop(),
    actions: actions("commands", {
      create,
      batch,
      get: async ({ commandId }, context) => commandResource(await find(context, commandId)),
      async list(params, context) {
        const { gatewayId } = params;
        await requireGateway(context, gatewayId);
        return listCommands(table, params, await asks.ask(context, gatewayId, "listCommands", {}));
      },
      async cancel({ commandId, by = "unknown", reason }, context) {
        const who = { by, ...(reason !== undefined && { reason }) };
        const params = { commandId, ...who };
        const found = await asks.ask(context, gatewayIdOf(commandId), "cancelCommand", params);
        return commandResource(await runs.known(commandId, found));
      },
      async log(params, context) {
        await find(context, params.commandId);
        return listLog(logs, params);
      },
      async gatewayLog(params, context) {
        await requireGateway(context, params.gatewayId);
        return listGatewayLog(logs, params);
      },
      remove: ({ gatewayId, by }, context) => asks.ask(context, gatewayId, "removeCommands", { by }),
      async ingest({ edge, messages }, { nodeID, broker }) {
        downlinks.arrived(edge, nodeID ?? broker.nodeID, messages);
        return (await ingest.takeIn(messages)).map((outcome) => hinted(outcome, routes));
      },
      await: (params) => runs.answer(params),
      ask: (params) => asks.answer(params.asks),
    }),
  };
}

/** One that gets no id of its caller has one for all tries of this call. */
function newCommand(gatewayId: string, given: Given, isOffline: boolean): NewCommand {
  const { name, args = {}, priority = "NORMAL", by = "unknown", reason } = given;
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, requestId = randomUUID() } = given;
  return {
    commandId: commandIdOf(gatewayId, requestId),
    name,
    args,
    priority,
    timeoutMs: 1000 * timeoutSeconds,
    isOffline,
    by,
    ...(reason !== undefined && { reason }),
  };
}
