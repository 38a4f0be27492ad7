import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isReady, type NodePlan, type NodeProcess, startNode } from "./node-process.ts";
import { watchShares } from "./shares.ts";

const READY_POLL_MS = 100;

type Run = {
  readonly plans: readonly NodePlan[];
  /** Each node has a folder in it. */
  readonly directory: string;
  readonly token: string;
  readonly print: (line: string) => void;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Ends it at once. */
  readonly force: AbortSignal;
  /** Works beside the nodes until `over`; when it is done first, that ends the run too. */
  readonly beside?: (nodes: readonly NodeProcess[], over: AbortSignal) => Promise<void>;
};

/** Runs the nodes until the signal, or until none is left; a node that dies stays dead, so that others take over. */
export async function runNodes(run: Run): Promise<void> {
  const { plans, directory, token, print, signal, force } = run;
  if (signal.aborted) return;
  const nodes = plans.map((plan) => startNode(plan, join(directory, plan.id), print));
  force.addEventListener("abort", () => nodes.map((node) => node.kill()));
  const over = new AbortController();
  const watches = nodes.map((node) => announce(node, over.signal, print));
  watches.push(watchShares({ nodes, token, print, signal: over.signal }));
  const allEnded = Promise.all(nodes.map((node) => node.ended));
  void allEnded.then(() => over.signal.aborted || print("cluster: no node runs any more"));
  const ends: Promise<unknown>[] = [allEnded, aborted(signal)];
  const beside = run.beside?.(nodes, over.signal);
  if (beside) ends.push(beside);
  try {
    await Promise.race(ends);
  } finally {
    over.abort();
    // What it fails with has ended the race; afterwards it only fails because all is over.
    await Promise.allSettled([beside]);
    await stopAll(
      nodes.filter((node) => node.isRunning()),
      print,
    );
    await Promise.all(watches);
  }
}

/** Says that it starts, when it is ready (which only a node with REST can tell), and how it ended. */
async function announce(node: NodeProcess, over: AbortSignal, print: Run["print"]): Promise<void> {
  const { id, httpUrl, mqttUrl, roles } = node.plan;
  const urls = [httpUrl, mqttUrl].filter((url) => url !== undefined);
  print([`${id} starts:`, ...urls, `roles=${roles}`, `pid=${node.pid}`].join(" "));
  void node.ended.then((how) => over.aborted || print(`${id} ended ${how}; it is not started again`));
  while (httpUrl !== undefined && node.isRunning() && !over.aborted) {
    if (await isReady(httpUrl)) return print(`${id} is ready`);
    await sleep(READY_POLL_MS);
  }
}

async function stopAll(nodes: readonly NodeProcess[], print: Run["print"]): Promise<void> {
  if (nodes.length === 0) return;
  print(`cluster: stopping ${nodes.length} nodes ...`);
  await Promise.all(
    nodes.map(async (node) => {
      const how = await node.stop();
      const left = nodes.filter((other) => other.isRunning()).length;
      print(`${node.plan.id} ended ${how}; ${left} left`);
    }),
  );
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
