import type { Service, ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import type { ConfigProfile } from "../../../actors/contracts/config-profiles.ts";
import type { Limits } from "../../../actors/contracts/limits.ts";
import type { PartitionHolder } from "../../../actors/runtime/holder.ts";
import type { Clock, Consumer, Log } from "../../../actors/runtime/ports.ts";
import { actions, type Caller } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { Sql } from "../../../stores/sql/sql.ts";
import { CheckList } from "./check-list.ts";
import { withChange, withNew } from "./comparison.ts";
import { profilesConsumer } from "./consumer.ts";
import { listProfiles } from "./list.ts";
import { checkedSettings, newProfileId, newSettings } from "./new-profile.ts";
import { PresentProfiles } from "./present-profiles.ts";
import { preview } from "./preview.ts";
import { ProfileWorker } from "./profile-worker.ts";
import { Registry } from "./registry.ts";
import { Rounds } from "./rounds.ts";
import { type ProfileRow, profileOf } from "./rows.ts";
import { PROFILE_SETTINGS, type ProfileSettings } from "./settings.ts";
import { SweepProgress } from "./sweep-progress.ts";
import { TargetTable } from "./target-table.ts";

/** Gives partitions to what can hold them. */
type Node = {
  readonly serve: (holder: PartitionHolder) => Promise<void>;
  readonly retire: (holder: PartitionHolder) => Promise<void>;
};

type ConfigProfilesOptions = {
  readonly sequelize: Sequelize;
  readonly clock: Clock;
  readonly node: Node;
  readonly bus: { readonly subscribe: (consumer: Consumer) => void };
  readonly limits: Limits;
  readonly counters: Counters;
  readonly log: Log;
  readonly settings?: Partial<ProfileSettings>;
};

/** Desired values for many gateways at once: which there are, and the work of bringing them to the gateways. */
export function configProfilesService(options: ConfigProfilesOptions): ServiceSchema {
  const { sequelize, clock, node, bus, limits } = options;
  const sql = new Sql(sequelize);
  const registry = new Registry(sequelize);
  const [targets, checks] = [new TargetTable(sql), new CheckList(sql)];
  let worker: ProfileWorker | undefined;
  const wake = () => worker?.wake();

  function newWorker(caller: Caller): ProfileWorker {
    const settings = { ...PROFILE_SETTINGS, ...options.settings };
    const { counters, log } = options;
    const progress = new SweepProgress(sql);
    const profiles = new PresentProfiles(registry);
    const { pageSize, repairPauseMs: pauseMs } = settings;
    const parts = { caller, targets, checks, progress, profiles, counters, log, pageSize, pauseMs };
    return new ProfileWorker({ rounds: new Rounds(parts), clock, random: Math.random, log, ...settings });
  }

  async function resources(rows: readonly ProfileRow[]): Promise<ConfigProfile[]> {
    const metrics = await targets.metrics(rows);
    return rows.flatMap((row, index) => (metrics[index] ? [profileOf(row, metrics[index])] : []));
  }

  async function resource(row: ProfileRow): Promise<ConfigProfile> {
    const [profile] = await resources([row]);
    if (!profile) throw new Error("one profile has one resource");
    return profile;
  }

  return {
    name: "config-profiles",
    dependencies: ["gateways"],
    created: () => bus.subscribe(profilesConsumer({ targets, checks, wake })),
    async started(this: Service) {
      worker = newWorker(this.broker);
      await node.serve(worker);
    },
    async stopped() {
      if (worker) await node.retire(worker);
      worker = undefined;
    },
    actions: actions("config-profiles", {
      async create({ configProfileId = newProfileId(), ...given }) {
        const now = clock();
        const settings = newSettings(given, limits);
        const row = await registry.insert({ configProfileId, ...settings, createTime: now, updateTime: now });
        wake();
        return resource(row);
      },
      get: async ({ configProfileId }) => resource(await registry.get(configProfileId)),
      list: (params) => listProfiles(registry, params, resources),
      async update({ configProfileId, ...given }) {
        const row = await registry.change(configProfileId, clock(), checkedSettings(given, limits));
        wake();
        return resource(row);
      },
      async delete({ configProfileId }) {
        await registry.remove(configProfileId);
        wake();
        return null;
      },
      preview: async (params, context) => preview(context, await withNew(registry, params, limits), params),
      previewChange: async (params, context) =>
        preview(context, await withChange(registry, params, limits), params),
    }),
  };
}
