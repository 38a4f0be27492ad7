import type { Credentials } from "../generator/link.ts";
import type { StoredTwin } from "../verify.ts";
import { startProduct } from "./product-process.ts";
import type { RestClient } from "./rest-client.ts";
import { gatewayIds, type RunningVariant, type Variant } from "./variant.ts";

const BATCH = 1_000;
const READERS = 16;

type Created = { gateways: { gatewayId: string; credentials: { username: string; password: string } }[] };
type Twin = { gatewayId: string; reported: { version: number; state: { counter?: number } } };

export function product(gateways: number, window: number, inFlight: number): Variant {
  return {
    kind: "product",
    title: `(c) gateway-twin, ${gateways}`,
    gateways,
    ackPoint: "PUBACK after the commit that holds the change",
    syncPolicy: "the product's default: SQLite with a synced commit, group commit",
    creditsFrom: "puback",
    window,
    inFlight,
    start: () => startWith(gateways),
  };
}

/** `more`: of the environment. */
export async function startWith(count: number, more: NodeJS.ProcessEnv = {}): Promise<RunningVariant> {
  const server = await startProduct(undefined, more);
  const { rest, mqttPort, pid, stop } = server;
  try {
    const gateways = await provision(rest, gatewayIds(count));
    const readTwins = () => readAll(rest, gateways);
    return { port: mqttPort, serverPids: [pid], gateways, readTwins, product: { rest, mqttPort }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export async function provision(rest: RestClient, ids: string[]): Promise<Credentials[]> {
  const created: Credentials[] = [];
  for (let from = 0; from < ids.length; from += BATCH) {
    const requests = ids.slice(from, from + BATCH).map((gatewayId) => ({ gatewayId }));
    const { gateways } = await rest.post<Created>("/v1/gateways:batchCreate", { requests });
    created.push(...gateways.map(({ gatewayId, credentials }) => ({ gatewayId, ...credentials })));
  }
  return created;
}

export async function readAll(rest: RestClient, gateways: Credentials[]): Promise<StoredTwin[]> {
  const pending = gateways.values();
  const twins: StoredTwin[] = [];
  const reader = async () => {
    for (const { gatewayId } of pending) twins.push(await readOne(rest, gatewayId));
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return twins;
}

async function readOne(rest: RestClient, gatewayId: string): Promise<StoredTwin> {
  const { reported } = await rest.get<Twin>(`/v1/gateways/${gatewayId}/twin`);
  return { gatewayId, version: reported.version, counter: reported.state.counter ?? Number.NaN };
}
