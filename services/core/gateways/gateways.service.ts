import type { Context, ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { NewGateway } from "../../../actors/contracts/gateways.ts";
import type { Log, RowPublisher } from "../../../actors/runtime/ports.ts";
import { actions, broadcast, call, events } from "../../../mixins/bridge.ts";
import { databaseTable } from "./adapter.ts";
import { createGateways, withCredentials } from "./create.ts";
import { newSecret } from "./credentials.ts";
import { KnownGateways } from "./known-gateways.ts";
import { patchedLabels } from "./labels.ts";
import { listGateways } from "./list.ts";
import { Outbox } from "./outbox.ts";
import { registry } from "./registry.ts";
import { gatewayModel, gatewayOf } from "./rows.ts";

type GatewaysOptions = {
  readonly sequelize: Sequelize;
  readonly clock: () => number;
  /** Where the registry's events go. */
  readonly publisher: RowPublisher;
  readonly log: Log;
};

/** The registry of gateways: who exists, and by which secret it is known. */
export function gatewaysService(options: GatewaysOptions): ServiceSchema {
  const { sequelize, clock } = options;
  const { table, mixin } = databaseTable(sequelize, gatewayModel(sequelize));
  const outbox = new Outbox(options);
  const gateways = registry(table, outbox);
  const known = new KnownGateways(async (gatewayIds) => {
    const rows = (await gateways.findMany(gatewayIds)).filter(({ deleting }) => !deleting);
    return new Map(rows.map((row) => [row.gatewayId, gatewayOf(row)]));
  });

  const asked = (context: Context) => ({ now: clock(), by: callerOf(context) });

  const changed = (context: Context, gatewayId: string) => {
    known.forget(gatewayId);
    return broadcast(context, "gateways.changed", { gatewayId });
  };

  /** Each step may be done twice: after a crash it begins anew, and the row goes last. */
  const finishDeletion = (context: Context) => async (gatewayId: string) => {
    await changed(context, gatewayId);
    await broadcast(context, "gateways.credentialsRevoked", { gatewayId });
    await call(context, "twins.remove", { gatewayId, by: callerOf(context) });
    await gateways.removeMarked(gatewayId);
  };

  const create = async (requests: readonly NewGateway[], context: Context) => {
    const created = await createGateways(gateways, requests, asked(context), finishDeletion(context));
    await broadcast(context, "gateways.created", { gatewayIds: created.map(({ gatewayId }) => gatewayId) });
    return created;
  };

  return {
    name: "gateways",
    mixins: [mixin],
    started: async () => outbox.start(),
    stopped: () => outbox.stop(),
    events: events({ "gateways.changed": ({ gatewayId }) => known.forget(gatewayId) }),
    actions: actions("gateways", {
      async create(request, context) {
        const [created] = await create([request], context);
        if (!created) throw new Error("one gateway was asked for");
        return created;
      },
      batchCreate: async ({ requests }, context) => ({ gateways: await create(requests, context) }),
      async get({ gatewayId }) {
        const gateway = await known.get(gatewayId);
        if (!gateway) throw new DomainError("GATEWAY_NOT_FOUND", { gatewayId });
        return gateway;
      },
      list: (params) => listGateways(gateways, params),
      async update({ gatewayId, displayName, labels }, context) {
        const { now, by } = asked(context);
        const row = await gateways.change(gatewayId, now, { type: "gateway.updated", by }, (row) => ({
          ...(displayName !== undefined && { displayName }),
          ...(labels && { labels: patchedLabels(row.labels, labels) }),
        }));
        await changed(context, gatewayId);
        return gatewayOf(row);
      },
      async delete({ gatewayId }, context) {
        const { now, by } = asked(context);
        const isMarked =
          (await gateways.markDeleting(gatewayId, now, by)) || (await gateways.find(gatewayId))?.deleting;
        if (!isMarked) await gateways.get(gatewayId);
        await finishDeletion(context)(gatewayId);
        return null;
      },
      async rotateCredentials({ gatewayId }, context) {
        const { password, passwordHash } = await newSecret();
        const { now, by } = asked(context);
        const event = { type: "gateway.credentials.rotated", by } as const;
        const row = await gateways.change(gatewayId, now, event, () => ({ passwordHash }));
        await broadcast(context, "gateways.credentialsRevoked", { gatewayId });
        return withCredentials(row, password);
      },
      async passwordHash({ gatewayId }) {
        const row = await gateways.find(gatewayId);
        return { hash: row && !row.deleting ? row.passwordHash : null };
      },
    }),
  };
}

/** Whoever the open API says, for the history. */
function callerOf({ meta }: Context): string {
  return "by" in meta && typeof meta.by === "string" ? meta.by : "system";
}
