import type { Context, ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import { actions, broadcast, call } from "../../../mixins/bridge.ts";
import { databaseTable } from "./adapter.ts";
import { createGateways, withCredentials } from "./create.ts";
import { newSecret } from "./credentials.ts";
import { patchedLabels } from "./labels.ts";
import { listGateways } from "./list.ts";
import { registry } from "./registry.ts";
import { gatewayModel, gatewayOf } from "./rows.ts";

type GatewaysOptions = { readonly sequelize: Sequelize; readonly clock: () => number };

/** The registry of gateways: who exists, and by which secret it is known. */
export function gatewaysService({ sequelize, clock }: GatewaysOptions): ServiceSchema {
  const { table, mixin } = databaseTable(sequelize, gatewayModel(sequelize));
  const gateways = registry(table);

  /** Each step may be done twice: after a crash it begins anew, and the row goes last. */
  const finishDeletion = (context: Context) => async (gatewayId: string) => {
    await broadcast(context, "gateways.credentialsRevoked", { gatewayId });
    await call(context, "twins.remove", { gatewayId, by: callerOf(context) });
    await gateways.removeMarked(gatewayId);
  };

  return {
    name: "gateways",
    mixins: [mixin],
    actions: actions("gateways", {
      async create(request, context) {
        const [created] = await createGateways(gateways, [request], clock(), finishDeletion(context));
        if (!created) throw new Error("one gateway was asked for");
        return created;
      },
      batchCreate: async ({ requests }, context) => ({
        gateways: await createGateways(gateways, requests, clock(), finishDeletion(context)),
      }),
      get: async ({ gatewayId }) => gatewayOf(await gateways.get(gatewayId)),
      list: (params) => listGateways(gateways, params),
      async update({ gatewayId, displayName, labels }) {
        const row = await gateways.change(gatewayId, clock(), (row) => ({
          ...(displayName !== undefined && { displayName }),
          ...(labels && { labels: patchedLabels(row.labels, labels) }),
        }));
        return gatewayOf(row);
      },
      async delete({ gatewayId }, context) {
        const isMarked =
          (await gateways.markDeleting(gatewayId)) || (await gateways.find(gatewayId))?.deleting;
        if (!isMarked) await gateways.get(gatewayId);
        await finishDeletion(context)(gatewayId);
        return null;
      },
      async rotateCredentials({ gatewayId }, context) {
        const { password, passwordHash } = await newSecret();
        const row = await gateways.change(gatewayId, clock(), () => ({ passwordHash }));
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
