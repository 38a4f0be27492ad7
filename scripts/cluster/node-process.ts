import { mkdirSync, readFileSync } from "node:fs";
import { type Child, startChild } from "./child.ts";

const READY_TIMEOUT_MS = 2000;
const PACKAGE = new URL("../../package.json", import.meta.url);

export type NodePlan = {
  readonly id: string;
  readonly roles: string;
  readonly httpUrl: string | undefined;
  readonly mqttUrl: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
};

export type NodeProcess = Child & { readonly plan: NodePlan };

/** Starts `main.ts` as `npm start` does, with its lines after its name. It does not outlive this process. */
export function startNode(plan: NodePlan, directory: string, print: (line: string) => void): NodeProcess {
  mkdirSync(directory, { recursive: true });
  const variables = { ...plan.variables, DATA_DIR: directory };
  return { ...startChild({ name: plan.id, args: startArguments(), variables, print }), plan };
}

export async function isReady(httpUrl: string): Promise<boolean> {
  const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
  return fetch(`${httpUrl}/readyz`, { signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Of package.json's start script: Node's options and the module. */
function startArguments(): string[] {
  const { scripts }: { scripts: { start: string } } = JSON.parse(readFileSync(PACKAGE, "utf8"));
  return scripts.start.split(" ").slice(1);
}
