import type { ServiceBroker, ServiceSchema } from "moleculer";
import { expect } from "vitest";
import type { Params, Result } from "../../actors/contracts/contract.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import type { JsonObject } from "../../actors/contracts/json.ts";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import { isChosen } from "../../actors/profiles/choice.ts";
import type { Outcome } from "../../actors/runtime/actor.ts";
import type { PartitionHolder } from "../../actors/runtime/holder.ts";
import type { CommitRow, Consumer } from "../../actors/runtime/ports.ts";
import type { TwinCommand, TwinReply, TwinView } from "../../actors/twin/contract.ts";
import { EMPTY_TWIN, type TwinState } from "../../actors/twin/state.ts";
import { twinActor } from "../../actors/twin/twin.ts";
import { call } from "../../mixins/bridge.ts";
import { gatewayFilter } from "../../mixins/gateway-filter.ts";
import { twinResource } from "../../mixins/twin-resource.ts";
import { configProfilesService } from "../../services/core/config-profiles/config-profiles.service.ts";
import type { ProfileSettings } from "../../services/core/config-profiles/settings.ts";
import { gatewaysService } from "../../services/core/gateways/gateways.service.ts";
import type { OpenedDatabase } from "../helpers/databases.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { quietBroker } from "./rest-harness.ts";

const TABLES = ["config_profiles", "config_profile_targets", "config_profile_checks"];
const log = { info: () => {}, warn: () => {}, error: () => {} };

/** The real rules of twins, in memory, with moments to hold them up at. */
class PureTwins {
  readonly states = new Map<string, TwinState>();
  readonly #publish: (row: CommitRow) => void;
  #pos = 0;
  /** What `layProfiles` was called with. */
  readonly laid: Params<"twins.layProfiles">["gateways"][number][] = [];
  /** Waited for, or thrown, before twins are laid. */
  beforeLaying: () => Promise<unknown> = async () => undefined;
  actor = twinActor({ limits: DEFAULT_LIMITS });

  constructor(publish: (row: CommitRow) => void) {
    this.#publish = publish;
  }

  desired(gatewayId: string): JsonObject {
    return (this.states.get(gatewayId) ?? EMPTY_TWIN).desired.state;
  }

  layers(gatewayId: string): string[] {
    const layers = this.states.get(gatewayId)?.profiles?.layers ?? [];
    return layers.map(({ profileId, revision }) => `${profileId}@${revision}`).toSorted();
  }

  run(actorId: string, command: TwinCommand): TwinReply | undefined {
    const context = { actorId, now: 1000 };
    const before = this.states.get(actorId) ?? EMPTY_TWIN;
    const { events = [], reply } = this.actor.decide(before, command, context);
    const after = events.reduce((state, event) => this.actor.evolve(state, event, context), before);
    this.states.set(actorId, after);
    this.#pos += 1;
    const changes = [{ actorId, time: 1000, events }];
    if (events.length > 0) this.#publish({ type: "twin", partition: 0, pos: this.#pos, epoch: 1, changes });
    return reply;
  }

  async lay({ gateways }: Params<"twins.layProfiles">): Promise<Result<"twins.layProfiles">> {
    await this.beforeLaying();
    this.laid.push(...gateways);
    return gateways.map(({ gatewayId, layers }) => this.#outcome(gatewayId, layers));
  }

  schema(broker: ServiceBroker): ServiceSchema {
    return {
      name: "twins",
      actions: {
        layProfiles: ({ params }: { params: Params<"twins.layProfiles"> }) => this.lay(params),
        remove: ({ params }: { params: Params<"twins.remove"> }) => {
          this.run(params.gatewayId, { name: "removeTwin", params: { by: params.by } });
          return null;
        },
        get: async ({ params }: { params: Params<"twins.get"> }) => {
          const gateway = await call(broker, "gateways.get", { gatewayId: params.gatewayId });
          const view = this.run(params.gatewayId, { name: "getTwin", params: {} }) as TwinView;
          return twinResource(gateway, view, params.view);
        },
      },
    };
  }

  #outcome(gatewayId: string, layers: Params<"twins.layProfiles">["gateways"][number]["layers"]) {
    try {
      const reply = this.run(gatewayId, { name: "layProfiles", params: { layers } }) as TwinView;
      return { ok: true, reply } satisfies Outcome<TwinView>;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { ok: false, error: error.toValue() } satisfies Outcome<TwinView>;
    }
  }
}

/** Profiles over the real registry, with a bus that delivers when it is told to. */
export async function startProfiles(database: OpenedDatabase, settings: Partial<ProfileSettings> = {}) {
  const { sequelize } = database;
  await database.clear(...TABLES, "gateways", "gateway_events");
  await sequelize.query(
    "UPDATE config_profile_sweep SET wanted = 0, running = 0, swept = 0, position = '', page_token = ''",
  );
  const broker = quietBroker();
  broker.options.dependencyInterval = 10;
  const waiting: CommitRow[] = [];
  const twins = new PureTwins((row) => void waiting.push(row));
  const consumers: Consumer[] = [];
  let [epoch, sequence] = [0, 0];
  let holder: PartitionHolder | undefined;
  const time = { now: Date.parse("2026-03-01T00:00:00Z") };

  const adopt = async (one = holder) => {
    epoch += 1;
    const place = { type: "config-profiles", partition: 0, epoch };
    await one?.adopt({ ...place, snapshotPos: 0, publishedPos: 0, rows: [], dueTimers: [] });
  };
  const node = {
    serve: async (one: PartitionHolder) => {
      holder = one;
      await adopt();
    },
    retire: async (one: PartitionHolder) => one.surrender(0),
  };
  const publisher = { publish: async (row: CommitRow) => void waiting.push(row) };
  const profiles = configProfilesService({
    sequelize,
    clock: () => time.now,
    node,
    bus: { subscribe: (consumer) => void consumers.push(consumer) },
    limits: DEFAULT_LIMITS,
    counters: { count: () => {}, gauge: () => {} },
    log,
    settings: { lookEveryMs: 5, pageSize: 7, repairPauseMs: 0, ...settings },
  });
  const gateways = gatewaysService({ sequelize, clock: () => time.now, publisher, log });
  for (const schema of [gateways, twins.schema(broker), profiles]) broker.createService(schema);
  await broker.start();

  /** Hands the group what was published, up to `most` rows in one delivery. */
  async function deliver(most = waiting.length): Promise<void> {
    const rows = waiting.splice(0, most).map((row) => ({ ...row, first: 0 }));
    sequence += 1;
    for (const { handle } of consumers) if (rows.length > 0) await handle({ sequence, rows });
  }

  const count = async (sql: string) => {
    const [[row]] = (await sequelize.query(sql)) as [{ count: number }[], unknown];
    return row?.count ?? 0;
  };
  return {
    broker,
    twins,
    time,
    waiting,
    deliver,
    adopt,
    holder: () => {
      if (!holder) throw new Error("the service serves nothing");
      return holder;
    },
    /** Is all done that is known of? */
    isAtRest: async () =>
      (await count("SELECT count(*) AS count FROM gateway_events")) === 0 &&
      waiting.length === 0 &&
      (await count("SELECT count(*) AS count FROM config_profile_checks")) === 0 &&
      (await count("SELECT count(*) AS count FROM config_profile_sweep WHERE swept < wanted")) === 0,
    stop: () => broker.stop(),
  };
}

export type Profiles = Awaited<ReturnType<typeof startProfiles>>;

/** Until all is done that was told of. */
export async function rest(profiles: Profiles): Promise<void> {
  await waitFor("all work on profiles to be done", async () => {
    await profiles.deliver();
    return profiles.isAtRest();
  });
}

/** All twins have just the layers of the profiles that there are. */
export async function expectPresentLayers(profiles: Profiles): Promise<void> {
  const { configProfiles } = await call(profiles.broker, "config-profiles.list", { pageSize: 1000 });
  const { gateways } = await call(profiles.broker, "gateways.list", { pageSize: 1000 });
  const wanted = gateways.map((gateway) => [
    gateway.gatewayId,
    configProfiles
      .filter(({ configProfileId, percent }) => isChosen(configProfileId, gateway.gatewayId, percent))
      .filter((profile) => gatewayFilter(profile.gatewayFilter)(gateway))
      .map(({ configProfileId, revision }) => `${configProfileId}@${revision}`)
      .toSorted(),
  ]);
  expect(gateways.map(({ gatewayId }) => [gatewayId, profiles.twins.layers(gatewayId)])).toEqual(wanted);
  for (const { configProfileId, metrics } of configProfiles) {
    const targeted = wanted.filter(([, names]) => names?.toString().includes(`${configProfileId}@`)).length;
    expect({ configProfileId, ...metrics }).toMatchObject({ configProfileId, targeted, applied: targeted });
  }
}
