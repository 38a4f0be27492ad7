import { connectAsync } from "mqtt";
import type { ProductCluster } from "../cluster/product-cluster.ts";
import type { PatchProbe, PatchResult } from "../parts/patch-probe.ts";
import { provision } from "../variants/product.ts";

/** What others feel of a gateway that connects, says hello and drops its link, again and again. */
export type RestlessResult = { connects: number; alone: PatchResult; meanwhile: PatchResult };

const SAMPLES = 300;

export async function restless(
  { rest, mqttPort }: ProductCluster,
  probe: PatchProbe,
  forMs: number,
): Promise<RestlessResult> {
  const [credentials] = await provision(rest, ["storm-restless"]);
  if (credentials === undefined) throw new Error("the restless gateway was not created");
  const { gatewayId, username, password } = credentials;
  const alone = await probe.run(SAMPLES);
  let connects = 0;
  const loop = async () => {
    for (const end = performance.now() + forMs; performance.now() < end; connects += 1) {
      const options = {
        username,
        password,
        clientId: gatewayId,
        protocolVersion: 4,
        reconnectPeriod: 0,
      } as const;
      const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, options);
      await client.publishAsync(`gw/${gatewayId}/up/hello`, JSON.stringify({ boot: "b" }), { qos: 1 });
      client.stream.destroy();
    }
  };
  const meanwhile = await probe.during(loop());
  return { connects, alone, meanwhile };
}
