import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Command, findCommand } from "../tools.ts";
import { type Address, type Daemon, type Readiness, startDaemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";
import { type Guard, startGuard } from "./guard.ts";

export type ServerOptions = {
  /** Where its data is, and stays; without it a temporary folder that `stop` removes. */
  readonly directory?: string;
  readonly port?: number;
  /** The address it listens on (127.0.0.1). */
  readonly host?: string;
};

/** A private server. It ends with this process, however that ends. */
export type Server = {
  readonly name: string;
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  /** Sends a signal that ends it; resolves after its exit. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and data; resolves when it answers. */
  start(): Promise<void>;
  /** Ends it gracefully, by force after 10 s, and removes its temporary folder. */
  stop(): Promise<void>;
};

/** What the servers differ in. */
export type Kind = Readiness & {
  readonly name: string;
  readonly command: Command;
  /** Writes what the program needs into its folder; called before each start. */
  readonly prepare?: (place: Place) => Promise<void>;
  readonly args: (place: Place) => string[];
  readonly url: (place: Place) => string;
};

export type Place = Address & { readonly directory: string };

const PORT_TRIES = 5;
const STOP_LIMIT_MS = 10_000;

export async function startServer(kind: Kind, options: ServerOptions): Promise<Server> {
  const directory =
    options.directory === undefined ? temporaryDirectory(kind.name) : resolve(options.directory);
  mkdirSync(directory, { recursive: true });
  const guard = startGuard(options.directory === undefined ? directory : undefined);
  try {
    return await startOnFreePort(kind, directory, guard, options);
  } catch (error) {
    await guard.end();
    throw error;
  }
}

/** Somebody else may take the port between the look and the start: then the next one is tried. */
async function startOnFreePort(
  kind: Kind,
  directory: string,
  guard: Guard,
  { port: fixedPort, host = "127.0.0.1" }: ServerOptions,
): Promise<Server> {
  for (let tries = 1; ; tries += 1) {
    const port = fixedPort ?? (await freePort(host));
    const place = { directory, host, port };
    try {
      const server = new ServerProcess(kind, place, guard);
      await server.start();
      return server;
    } catch (error) {
      const isTaken = error instanceof Error && /address already in use/i.test(error.message);
      if (!isTaken || fixedPort !== undefined || tries === PORT_TRIES) throw error;
    }
  }
}

class ServerProcess implements Server {
  readonly #kind: Kind;
  readonly #place: Place;
  readonly #guard: Guard;
  #daemon: Daemon | undefined;

  constructor(kind: Kind, place: Place, guard: Guard) {
    this.#kind = kind;
    this.#place = place;
    this.#guard = guard;
  }

  get name() {
    return this.#kind.name;
  }

  get url() {
    return this.#kind.url(this.#place);
  }

  get port() {
    return this.#place.port;
  }

  get directory() {
    return this.#place.directory;
  }

  get pid() {
    return this.#daemon?.pid ?? 0;
  }

  async start(): Promise<void> {
    if (this.#daemon?.isRunning()) throw new Error(`${this.name} runs already`);
    await this.#kind.prepare?.(this.#place);
    const command = findCommand(this.#kind.command);
    const forget = () => this.#guard.watch(undefined);
    const daemon = startDaemon(command, this.#kind.args(this.#place), this.directory, forget);
    this.#guard.watch(daemon.pid);
    this.#daemon = daemon;
    try {
      await daemon.ready(this.#kind, this.#place);
    } catch (error) {
      await daemon.end("SIGKILL");
      throw new Error(`${this.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    await this.#daemon?.end(signal);
  }

  async stop(): Promise<void> {
    const force = setTimeout(() => void this.kill("SIGKILL"), STOP_LIMIT_MS);
    await this.kill("SIGTERM");
    clearTimeout(force);
    await this.#guard.end();
  }
}

function temporaryDirectory(name: string): string {
  return mkdtempSync(join(tmpdir(), `gateway-twin-${name}-`));
}
