import { setTimeout as sleep } from "node:timers/promises";
import type { Static } from "typebox";
import { Compile } from "typebox/compile";
import { Cluster } from "../../actors/contracts/cluster.ts";
import { isReady, type NodeProcess } from "./node-process.ts";

const POLL_MS = 500;
const TIMEOUT_MS = 2000;

const cluster = Compile(Cluster);

type Shares = Static<typeof Cluster>["partitions"];

type Watch = {
  readonly nodes: readonly NodeProcess[];
  readonly token: string;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
};

/** Prints each node's share of the partitions whenever it changes, as the first node that answers tells it. */
export async function watchShares({ nodes, token, print, signal }: Watch): Promise<void> {
  const last = new Map<string, string>();
  while (!signal.aborted) {
    const answer = await firstAnswer(nodes, token);
    for (const [subject, line] of Object.entries(answer)) {
      if (last.get(subject) !== line) print(line);
      last.set(subject, line);
    }
    await sleep(POLL_MS);
  }
}

/** Lines by their subject. A node that is not ready is not asked: while it starts, it would warn of the call. */
async function firstAnswer(nodes: readonly NodeProcess[], token: string): Promise<Record<string, string>> {
  for (const { isRunning, plan } of nodes) {
    if (!isRunning() || plan.httpUrl === undefined || !(await isReady(plan.httpUrl))) continue;
    const response = await fetch(`${plan.httpUrl}/v1/cluster`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(() => undefined);
    if (response?.ok) return describeShares(cluster.Parse(await response.json()).partitions);
    if (response && response.status !== 503)
      return { [plan.id]: `${plan.id} answers ${response.status} to /v1/cluster` };
  }
  return {};
}

function describeShares(shares: Shares): Record<string, string> {
  return Object.fromEntries(
    Object.entries(shares).map(([type, { total, owned, owners }]) => {
      const each = Object.entries(owners)
        .sort(([one], [other]) => one.localeCompare(other, "en", { numeric: true }))
        .map(([nodeId, count]) => `${nodeId} ${count}`);
      return [type, `${type}: ${owned} of ${total} partitions owned: ${each.join(", ") || "by nobody"}`];
    }),
  );
}
