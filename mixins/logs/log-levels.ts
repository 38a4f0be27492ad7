import { DomainError } from "../../actors/contracts/errors.ts";
import type { LogLevel } from "../../actors/contracts/nodes.ts";
import type { Clock } from "../../actors/runtime/ports.ts";

/** All of a node. */
const ALL_MODULES = "*";

/** What a module has in place of the usual level, until then (epoch milliseconds). */
export type LevelChange = { readonly level: LogLevel; readonly module: string; readonly expireTime: number };

type Wish = { readonly level: LogLevel; readonly module?: string; readonly ttlSeconds: number };
type Running = LevelChange & { readonly timer: NodeJS.Timeout };

type LogLevelsOptions = {
  readonly usual: LogLevel;
  readonly clock: Clock;
  readonly onChange: (message: string, change: LevelChange) => void;
};

/** The levels of a node's loggers. A logger copies its level when it is made: each is kept here, and changed. */
export class LogLevels {
  readonly #options: LogLevelsOptions;
  readonly #loggers = new Map<string, { level: string }>();
  readonly #changes = new Map<string, Running>();

  constructor(options: LogLevelsOptions) {
    this.#options = options;
  }

  add(module: string, logger: { level: string }): void {
    this.#loggers.set(module, logger);
    logger.level = this.#levelOf(module);
  }

  /** Takes the place of an earlier change of the same module, and ends by itself. */
  set({ level, module = ALL_MODULES, ttlSeconds }: Wish): LevelChange {
    this.#mustExist(module);
    const expireTime = this.#options.clock() + ttlSeconds * 1000;
    clearTimeout(this.#changes.get(module)?.timer);
    const timer = setTimeout(() => this.#end(module), ttlSeconds * 1000).unref();
    const change = { level, module, expireTime };
    this.#changes.set(module, { ...change, timer });
    this.#apply();
    this.#options.onChange("the log level was changed for a while", change);
    return change;
  }

  #end(module: string): void {
    const change = this.#changes.get(module);
    this.#changes.delete(module);
    if (change) this.#options.onChange("the log level is the usual one again", change);
    this.#apply();
  }

  #apply(): void {
    for (const [module, logger] of this.#loggers) logger.level = this.#levelOf(module);
  }

  #levelOf(module: string): LogLevel {
    const change = this.#changes.get(module) ?? this.#changes.get(ALL_MODULES);
    return change?.level ?? this.#options.usual;
  }

  #mustExist(module: string): void {
    if (module === ALL_MODULES || this.#loggers.has(module)) return;
    const known = [...this.#loggers.keys()].sort().join(", ");
    throw new DomainError("INVALID_ARGUMENT", {
      problem: `this node has no module '${module}'; it has ${known}`,
    });
  }
}
