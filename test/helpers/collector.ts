import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

/** A span as the collector got it; ids in hex, times in microseconds. */
export type CollectedSpan = {
  readonly traceId: string;
  readonly spanId: string;
  /** Zeros for the first one. */
  readonly parentId: string;
  readonly service: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string | number | boolean>>;
  readonly duration: number;
};

type Tag = { key: string; vType: string; vStr: string; vDouble: number; vBool: boolean };
type ThriftSpan = {
  traceIdLow: Buffer;
  traceIdHigh: Buffer;
  spanId: Buffer;
  parentSpanId: Buffer;
  operationName: string;
  duration: Buffer;
  tags: Tag[];
};
type Batch = { process: { serviceName: string; tags: Tag[] }; spans: ThriftSpan[] };
type Decoded = { err: Error | null; value: Batch };
type Thrift = { Batch: { rw: { readFrom: (bytes: Buffer, offset: number) => Decoded } } };

const require = createRequire(import.meta.url);
const { Thrift }: { Thrift: new (options: object) => Thrift } = require("thriftrw");
const idl = require.resolve("jaeger-client/dist/src/jaeger-idl/thrift/jaeger.thrift");
const thrift = new Thrift({ source: readFileSync(idl, "ascii"), allowOptionalArguments: true });

const VALUES: Readonly<Record<string, (tag: Tag) => string | number | boolean>> = {
  STRING: ({ vStr }) => vStr,
  DOUBLE: ({ vDouble }) => vDouble,
  BOOL: ({ vBool }) => vBool,
};

/** Takes spans as Jaeger's collector does: Thrift over HTTP. */
export class Collector {
  readonly spans: CollectedSpan[] = [];
  /** Requests, answered or not. */
  requests = 0;
  /** `down`: 503; `silent`: no answer at all. */
  state: "up" | "down" | "silent" = "up";
  /** Milliseconds; who does not wait for the answer has sent nothing. */
  slowness = 0;
  readonly #server = createServer((request, response) => {
    this.requests += 1;
    if (this.state === "silent") return;
    void this.#take(request).then((status) => response.writeHead(status).end());
  });

  static async open(): Promise<Collector> {
    const collector = new Collector();
    await new Promise<void>((resolve) => collector.#server.listen(0, "127.0.0.1", resolve));
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/traces`;
  }

  trace(traceId: string): CollectedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage): Promise<number> {
    if (this.state === "down") return 503;
    const bytes = await buffer(request);
    await delay(this.slowness);
    if (request.socket.destroyed) return 499;
    const { err, value } = thrift.Batch.rw.readFrom(bytes, 0);
    if (err) throw err;
    this.spans.push(...value.spans.map((span) => spanOf(value, span)));
    return 202;
  }
}

function spanOf({ process }: Batch, span: ThriftSpan): CollectedSpan {
  const values = [...process.tags, ...span.tags].map(
    (tag) => [tag.key, VALUES[tag.vType]?.(tag) ?? ""] as const,
  );
  return {
    traceId: span.traceIdHigh.toString("hex") + span.traceIdLow.toString("hex"),
    spanId: span.spanId.toString("hex"),
    parentId: span.parentSpanId.toString("hex"),
    service: process.serviceName,
    name: span.operationName,
    tags: Object.fromEntries(values),
    duration: Number(span.duration.readBigInt64BE()),
  };
}
