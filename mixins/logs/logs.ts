import { Loggers } from "moleculer";
import type { DestinationStream, Logger } from "pino";
import type { LogLevel } from "../../actors/contracts/nodes.ts";
import type { LogFields } from "../../actors/runtime/log-fields.ts";
import type { Log } from "../../actors/runtime/ports.ts";
import type { Counters } from "../counters.ts";
import { currentTrace } from "../traces/current-trace.ts";
import { entryOf } from "./entry.ts";
import { FloodGate } from "./flood-gate.ts";
import { type LevelChange, LogLevels } from "./log-levels.ts";
import { logTo } from "./log-to.ts";
import { type LogFormat, rootLogger } from "./root-logger.ts";

/** More than all of these is asked for by an operator, and what is fatal is the last word of a process. */
const LIMITED: readonly LogLevel[] = ["info", "warn", "error"];

type LogsOptions = LogFormat & {
  readonly level: LogLevel;
  /** Where lines go; standard output when not given. */
  readonly destination?: DestinationStream;
};

/** The log of one node: its levels, its form, and what is kept out of it. */
export class Logs {
  readonly levels: LogLevels;
  readonly #root: Logger;
  readonly #children = new Map<string, Logger>();
  readonly #gate = new FloodGate();
  #counters: Counters | undefined;

  constructor({ level, destination, ...format }: LogsOptions) {
    this.#root = rootLogger(format, destination);
    const onChange = (message: string, change: LevelChange) =>
      this.named("logs").warn(message, fieldsOf(change));
    this.levels = new LogLevels({ usual: level, clock: Date.now, onChange });
  }

  /** The log of a part of the node; the field `log.logger` has its name. */
  named(module: string): Log {
    const write = (level: LogLevel) => (fields: LogFields, message: string) =>
      this.#write(module, level, [fields, message]);
    return logTo({ info: write("info"), warn: write("warn"), error: write("error") });
  }

  /** For the broker's options: its own lines, and those of services. */
  get forBroker(): Loggers.Base<object> {
    return new BrokerLogger((module, level, args) => this.#write(module, level, args));
  }

  /** From now on lines are counted, also those that floods leave out. */
  countIn(counters: Counters): void {
    this.#counters = counters;
    for (const level of LIMITED) counters.count("gateway_twin.log.lines.total", { level }, 0);
  }

  /** Tells what floods have left out until now. */
  flush(): void {
    this.#gate.flush();
  }

  #write(module: string, level: LogLevel, args: readonly unknown[]): void {
    const logger = this.#children.get(module) ?? this.#child(module);
    if (!logger.isLevelEnabled(level)) return;
    this.#counters?.count("gateway_twin.log.lines.total", { level });
    const entry = entryOf(args);
    const { message } = entry;
    const fields = { ...entry.fields, ...currentTrace() };
    const write = (suppressed: number) =>
      logger[level](suppressed > 0 ? { ...fields, "log.suppressed": suppressed } : fields, message);
    if (LIMITED.includes(level)) this.#gate.pass(`${module} ${level} ${message}`, write);
    else write(0);
  }

  #child(module: string): Logger {
    const child = this.#root.child({ "log.logger": module });
    this.#children.set(module, child);
    this.levels.add(module, child);
    return child;
  }
}

function fieldsOf({ level, module, expireTime }: LevelChange): LogFields {
  return {
    "log_change.level": level,
    "log_change.module": module,
    "log_change.expire_time": new Date(expireTime).toISOString(),
  };
}

type WriteArgs = (module: string, level: LogLevel, args: readonly unknown[]) => void;

class BrokerLogger extends Loggers.Base<object> {
  readonly #write: WriteArgs;

  constructor(write: WriteArgs) {
    super();
    this.#write = write;
  }

  override getLogHandler({ mod }: { readonly mod: string }) {
    const module = mod.toLowerCase();
    return (level: LogLevel, args: readonly unknown[]) => this.#write(module, level, args);
  }
}
