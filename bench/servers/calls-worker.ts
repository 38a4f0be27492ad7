import type { Context } from "moleculer";
import { serve } from "../ipc.ts";
import type { StoredTwin } from "../verify.ts";
import { callsBroker, type UpdateParams } from "./calls-broker.ts";
import { openMysqlTwins, storedTwins, updateTwin } from "./twin-table.ts";

export type CallsWorkerCalls = {
  start: {
    params: { natsUrl: string; databaseUrl: string; connections: number; gatewayIds: string[] };
    result: null;
  };
  readTwins: { params: null; result: StoredTwin[] };
};

serve<CallsWorkerCalls>({
  async start({ natsUrl, databaseUrl, connections, gatewayIds }) {
    await openMysqlTwins(databaseUrl, connections, gatewayIds);
    const broker = callsBroker("worker", natsUrl);
    broker.createService({
      name: "twins",
      actions: { update: ({ params }: Context<UpdateParams>) => updateTwin(params.gatewayId, params.state) },
    });
    await broker.start();
    return null;
  },
  readTwins: storedTwins,
});
