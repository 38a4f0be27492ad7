import type { ChildProcess } from "node:child_process";
import { hasEnded, pidOf, spawnTracked, stopChild } from "../children.ts";
import { root, START, tailOf } from "../variants/product-process.ts";

/** One process of the cluster. */
export class ClusterNode {
  readonly id: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #output: () => string;

  constructor(id: string, variables: Readonly<Record<string, string>>) {
    this.id = id;
    this.#child = spawnTracked(process.execPath, START, {
      cwd: root,
      env: { PATH: process.env.PATH, LOG_LEVEL: "warn", LOG_FORMAT: "ecs", NODE_ID: id, ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.pid = pidOf(this.#child);
    this.#output = tailOf(this.#child);
  }

  get hasEnded(): boolean {
    return hasEnded(this.#child);
  }

  /** The last of what it wrote, for messages about failures. */
  get output(): string {
    return this.#output().trim() || "nothing";
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  stop(): Promise<void> {
    return stopChild(this.#child);
  }
}
