import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { endsWithUs } from "../../../scripts/servers/guard.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const WRITTEN_KEPT = 100_000;
/** The broker's word that all services run. */
const STARTED = "started successfully in";

export type Spawn = (command: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

export type NodePlan = {
  readonly id: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Modules of `preload/`, loaded into the process before the product. */
  readonly preload?: readonly string[];
  /** The folder of the product it runs; this one if not given. */
  readonly root?: string | undefined;
  /** Where it runs, when not simply here. */
  readonly spawn?: Spawn | undefined;
};

/** One run of a node's process. It does not outlive this process. */
export class NodeProcess {
  readonly plan: NodePlan;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #written = "";
  #isReady = false;

  constructor(plan: NodePlan) {
    const run = plan.spawn ?? spawn;
    this.plan = plan;
    this.#child = run(process.execPath, [...importsOf(plan), "main.ts"], {
      cwd: plan.root ?? ROOT,
      env: { PATH: process.env.PATH, LOG_LEVEL: "info", ...plan.variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#ended = endsWithUs(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (chunk: Buffer) => {
        this.#written = (this.#written + chunk.toString()).slice(-WRITTEN_KEPT);
        this.#isReady ||= this.#written.includes(STARTED);
      });
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** All its services run, or did. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** The last of what it wrote, for messages about failures. */
  get written(): string {
    return this.#written;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends the signal and waits for the exit; returns the exit code, null after a kill. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.isRunning) {
      this.#child.kill(signal);
      await this.#ended;
    }
    return this.#child.exitCode;
  }
}

function importsOf({ preload = [] }: NodePlan): string[] {
  return preload.flatMap((name) => ["--import", new URL(`preload/${name}.ts`, import.meta.url).href]);
}
