import { type Child, forkModule, ourPids } from "../children.ts";
import type { LatencyResult } from "../generator/commands.ts";
import { settled } from "../settle.ts";
import { provision } from "../variants/product.ts";
import { START, startProduct } from "../variants/product-process.ts";
import type { RestClient } from "../variants/rest-client.ts";
import { gatewayIds } from "../variants/variant.ts";
import { connectCommandGateway } from "./command-gateway.ts";
import type { BareRouteCalls, RestLoadCalls } from "./commands.ts";
import type { RestRow } from "./rows.ts";

const COMMANDED = "bench-command";
const TWINS = gatewayIds(64, "bench-rest");
const LEAVES = 16;
const IDLE = { share: 0.12, limitMs: 4_000 };

type Servers = Record<RestRow["server"], { port: number; pid: number }>;
type Product = Awaited<ReturnType<typeof startProduct>>;
type Closing = (() => Promise<unknown>)[];

/** The product in one process, a bare route in another one, and the load in a third; they stay up over all rounds. */
export class RestStage {
  readonly documentBytes: number;
  /** Of the product. */
  readonly rest: RestClient;
  readonly #servers: Servers;
  readonly #token: string;
  readonly #load: Child<RestLoadCalls>;
  readonly #closing: Closing;

  private constructor(
    servers: Servers,
    { rest, token }: Pick<Product, "rest" | "token">,
    documentBytes: number,
    closing: Closing,
  ) {
    this.#servers = servers;
    this.rest = rest;
    this.#token = token;
    this.documentBytes = documentBytes;
    this.#load = forkModule<RestLoadCalls>("./rest/load.ts", "the load of the open API");
    this.#closing = [this.#load.stop, ...closing];
  }

  static async open(): Promise<RestStage> {
    const product = await startProduct();
    const closing: Closing = [product.stop];
    try {
      const document = await prepareTwins(product.rest);
      const [credentials] = await provision(product.rest, [COMMANDED]);
      if (credentials === undefined) throw new Error("the gateway of the commands was not created");
      const gateway = await connectCommandGateway(product.mqttPort, credentials);
      closing.unshift(() => gateway.endAsync());
      // With the product's own flags: what is compared is the code.
      const bare = forkModule<BareRouteCalls>("./rest/bare-route.ts", "bare route", START.slice(0, -1));
      closing.unshift(bare.stop);
      const { port } = await bare.peer.call("listen", { document });
      const servers = {
        bare: { port, pid: bare.pid },
        product: { port: product.httpPort, pid: product.pid },
      };
      return new RestStage(servers, product, Buffer.byteLength(JSON.stringify(document)), closing);
    } catch (error) {
      for (const close of closing) await close();
      throw error;
    }
  }

  async run(
    { server, work, connections }: RestRow,
    warmMs: number,
    measureMs: number,
  ): Promise<LatencyResult> {
    const { port, pid } = this.#servers[server];
    await settled(() => [this.#servers.product.pid], IDLE);
    return this.#load.peer.call("run", {
      port,
      token: this.#token,
      work,
      gatewayIds: work === "command" ? [COMMANDED] : TWINS,
      connections,
      warmMs,
      measureMs,
      serverPids: [pid],
      harnessPids: [process.pid],
      idlePids: ourPids().filter((other) => other !== pid && other !== this.#load.pid),
    });
  }

  async close(): Promise<void> {
    for (const close of this.#closing) await close();
  }
}

/** All of the same size; the answer to a read of one of them is the document of the bare route. */
async function prepareTwins(rest: RestClient): Promise<object> {
  await provision(rest, TWINS);
  const leaves = Array.from({ length: LEAVES }, (_, index) => [`channel${index}`, 20.5 + index]);
  const desired = { setpoint: 1_000_000, ...Object.fromEntries(leaves) };
  for (const gatewayId of TWINS) await rest.patch(`/v1/gateways/${gatewayId}/twin/desired`, desired);
  return rest.get<object>(`/v1/gateways/${TWINS[0]}/twin`);
}
