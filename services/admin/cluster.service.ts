import type { ServiceBroker, ServiceSchema } from "moleculer";
import type { Result } from "../../actors/contracts/contract.ts";
import type { ActorStore, PartitionRecord, SessionStore } from "../../actors/runtime/ports.ts";
import { actions } from "../../mixins/bridge.ts";

type ClusterOptions = {
  readonly store: Pick<ActorStore, "partitions">;
  readonly sessions: Pick<SessionStore, "live">;
};

type Shares = Result<"cluster.get">["partitions"];

/** The cluster as the store knows it: which nodes are alive, and who owns what. */
export function clusterService({ store, sessions }: ClusterOptions): ServiceSchema {
  return {
    name: "cluster",
    actions: actions("cluster", {
      async get(_params, { broker }) {
        const [{ sessions: live }, records] = await Promise.all([sessions.live(), store.partitions()]);
        const nodes = live.map(({ nodeId, roles, expireTime }) => ({
          nodeId,
          roles: [...roles],
          ...versionOf(broker, nodeId),
          sessionExpireTime: new Date(expireTime).toISOString(),
        }));
        return { nodes, partitions: sharesOf(records, new Set(live.map(({ nodeId }) => nodeId))) };
      },
      async partitions({ type }) {
        const records = (await store.partitions()).filter((record) => record.type === type);
        return { partitions: records.map(({ partition, owner, epoch }) => ({ partition, owner, epoch })) };
      },
    }),
  };
}

/** As the node itself tells the others. */
function versionOf({ registry }: ServiceBroker, nodeId: string): { version?: string } {
  const version: unknown = registry.nodes.get(nodeId)?.metadata?.version;
  return typeof version === "string" ? { version } : {};
}

/** A partition whose owner is not alive counts as not owned. */
function sharesOf(records: readonly PartitionRecord[], alive: ReadonlySet<string>): Shares {
  const shares: Shares = {};
  for (const { type, owner } of records) {
    shares[type] ??= { total: 0, owned: 0, owners: {} };
    const share = shares[type];
    share.total += 1;
    if (owner === null || !alive.has(owner)) continue;
    share.owned += 1;
    share.owners[owner] = (share.owners[owner] ?? 0) + 1;
  }
  return shares;
}
