import { forEachBounded } from "./concurrency.ts";
import { type Credentials, patiently, type RestClient, RestError } from "./rest-client.ts";

const BATCH = 1000;
const MAX_RUNS = 100;
const DELETES_AT_ONCE = 16;

/** Creates the gateways that `namesOf(run)` lists, for the first run whose names are all free. */
export async function provision(
  rest: RestClient,
  seed: number,
  namesOf: (run: number) => readonly string[],
): Promise<Credentials[]> {
  for (let run = 1; run <= MAX_RUNS; run++) {
    const created = await createAll(rest, namesOf(run), { simulator: "true", seed: String(seed) });
    if (created) return created;
  }
  throw new Error(`no free gateway names in ${MAX_RUNS} tries: choose another --seed`);
}

/** Undefined when one of the names is taken; then nothing is left behind. */
async function createAll(
  rest: RestClient,
  names: readonly string[],
  labels: Readonly<Record<string, string>>,
): Promise<Credentials[] | undefined> {
  const created: Credentials[] = [];
  for (let from = 0; from < names.length; from += BATCH) {
    const batch = names.slice(from, from + BATCH);
    const requests = batch.map((gatewayId) => ({ gatewayId, displayName: `Simulated ${gatewayId}`, labels }));
    try {
      created.push(...(await rest.batchCreate(requests)));
    } catch (error) {
      await deleteAll(
        rest,
        created.map(({ username }) => username),
        Date.now() + 30_000,
      );
      if (error instanceof RestError && error.reason === "GATEWAY_EXISTS") return undefined;
      throw error;
    }
  }
  return created;
}

/** Returns the names that could not be deleted in time. */
export async function deleteAll(
  rest: RestClient,
  names: readonly string[],
  deadline: number,
): Promise<string[]> {
  const left: string[] = [];
  await forEachBounded(names, DELETES_AT_ONCE, async (name) => {
    try {
      await patiently(deadline, () => rest.deleteGateway(name));
    } catch (error) {
      if (!(error instanceof RestError && error.status === 404)) left.push(name);
    }
  });
  return left;
}
