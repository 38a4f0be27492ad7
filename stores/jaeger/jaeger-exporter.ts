import { createRequire } from "node:module";
import { TracerExporters } from "moleculer";
import type { Log } from "../../actors/runtime/ports.ts";
import { SENDER_SETTINGS, type Sender, type SenderSettings, SpanSender } from "./span-sender.ts";

const require = createRequire(import.meta.url);

type JaegerExporterOptions = {
  /** Of the collector: `http://host:14268/api/traces`. */
  readonly endpoint: string;
  /** Before the names of services as the collector shows them. */
  readonly namespace: string;
  /** Of the process; they go with all spans. */
  readonly tags: Readonly<Record<string, string>>;
  readonly log: Log;
  readonly count: (what: "sent" | "lost", spans: number) => void;
  readonly settings?: SenderSettings;
};

type Reporter = { readonly close: () => void };
type Jaeger = { readonly RemoteReporter: new (sender: Sender) => Reporter };
type HttpSender = new (options: {
  readonly endpoint: string;
  readonly logger: object;
  readonly maxSpanBatchSize: number;
}) => Sender;

/** At a stop; what the collector has not taken by then is lost. */
const END_MS = 3000;
/** It would tell of each request that failed; here the first one is told of. */
const SILENT = { info: () => undefined, error: () => undefined };

/** Moleculer's Jaeger exporter, over HTTP, with bounds and an end that loses nothing. */
export class JaegerExporter extends TracerExporters.Jaeger {
  readonly #options: JaegerExporterOptions;
  readonly #sending: { readonly reporter: Reporter; readonly sender: SpanSender }[] = [];
  #problem: string | undefined;

  constructor(options: JaegerExporterOptions) {
    const ids = { legacyMode: false };
    super({ ...ids, tracerOptions: { logger: SILENT, tags: options.tags } });
    this.#options = options;
  }

  /** One for each service; jaeger-client is loaded with the first. */
  override getReporter(): Reporter {
    const { endpoint, settings = SENDER_SETTINGS } = this.#options;
    const { RemoteReporter }: Jaeger = require("jaeger-client");
    const path = "jaeger-client/dist/src/reporters/http_sender";
    const { default: HTTPSender }: { readonly default: HttpSender } = require(path);
    // When a batch is full is not its business: what it sends by itself nobody would wait for.
    const http = new HTTPSender({ endpoint, logger: SILENT, maxSpanBatchSize: Number.POSITIVE_INFINITY });
    const sender = new SpanSender(http, settings, {
      sent: (spans) => this.#sent(spans),
      lost: (spans, error) => this.#lost(spans, error),
    });
    const reporter = new RemoteReporter(sender);
    this.#sending.push({ reporter, sender });
    return reporter;
  }

  override getTracer(serviceName: string) {
    return super.getTracer(`${this.#options.namespace}-${serviceName}`);
  }

  /** Spans bring their kind along; Moleculer's exporter would make all of them those of servers. */
  override addTags(span: unknown, key: string, value: unknown, prefix?: string): void {
    if (key !== "span.kind") super.addTags(span, key, value, prefix);
  }

  /** Resolves when the collector has all spans that have ended, or when it took too long. */
  override async stop(): Promise<void> {
    for (const { reporter } of this.#sending) reporter.close();
    await Promise.all(this.#sending.map(({ sender }) => sender.end(END_MS)));
  }

  #sent(spans: number): void {
    const { log, count } = this.#options;
    count("sent", spans);
    if (this.#problem) log.info("the collector takes spans again");
    this.#problem = undefined;
  }

  #lost(spans: number, problem: string): void {
    const { log, count } = this.#options;
    count("lost", spans);
    if (!this.#problem)
      log.error("the collector of JAEGER_URL takes no spans; they are lost", { error: problem });
    this.#problem = problem;
  }
}
