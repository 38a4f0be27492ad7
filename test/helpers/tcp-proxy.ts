import { once } from "node:events";
import { type AddressInfo, createServer, Socket } from "node:net";
import { Transform, type TransformCallback } from "node:stream";

type Direction = "toServer" | "toClient";

/** A TCP proxy on 127.0.0.1 between a client and a server, whose link can fail in the ways networks do. */
export type TcpProxy = {
  readonly port: number;
  /** The server's address as clients of the proxy see it. */
  url(scheme: string): string;
  /** A silent partition: nothing passes in either direction, and nobody is told; new connections hang. */
  cut(): void;
  /** Only this direction still passes: "toServer" loses the answers, "toClient" the requests. */
  oneWay(passing: Direction): void;
  /** Breaks all connections at once, and each new one. */
  reset(): void;
  /** Everything passes again, what was held back first, as TCP sends again what was lost. */
  heal(): void;
  stop(): Promise<void>;
};

type Fault = "none" | "cut" | "reset" | { readonly passing: Direction };

export async function startProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const links = new Set<Link>();
  let fault: Fault = "none";
  // allowHalfOpen: an end that one side sends must not pass a cut either.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const link = new Link(client, target, () => links.delete(link));
    links.add(link);
    link.apply(fault);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const apply = (next: Fault) => {
    fault = next;
    for (const link of links) link.apply(next);
  };
  return {
    port,
    url: (scheme) => `${scheme}://127.0.0.1:${port}`,
    cut: () => apply("cut"),
    oneWay: (passing) => apply({ passing }),
    reset: () => apply("reset"),
    heal: () => apply("none"),
    stop: async () => {
      apply("reset");
      server.close();
      await once(server, "close");
    },
  };
}

/** A client's connection, and ours to the server: made as soon as requests pass. */
class Link {
  readonly #client: Socket;
  readonly #server = new Socket({ allowHalfOpen: true });
  readonly #toServer = new Gate();
  readonly #toClient = new Gate();

  constructor(client: Socket, target: { host: string; port: number }, onEnd: () => void) {
    this.#client = client;
    client.pipe(this.#toServer).pipe(this.#server);
    this.#server.pipe(this.#toClient).pipe(client);
    // An ordinary end goes through the pipes; a broken connection is as news to the other side as any other.
    onBroken(client, () => this.#toServer.whenOpen(() => this.#server.resetAndDestroy()));
    onBroken(this.#server, () => this.#toClient.whenOpen(() => client.resetAndDestroy()));
    client.once("close", onEnd);
    this.#toServer.whenOpen(() => this.#server.connect(target));
  }

  apply(fault: Fault): void {
    if (fault === "reset") return this.#reset();
    this.#toServer.set(fault === "none" || (fault !== "cut" && fault.passing === "toServer"));
    this.#toClient.set(fault === "none" || (fault !== "cut" && fault.passing === "toClient"));
  }

  #reset(): void {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }
}

function onBroken(socket: Socket, listener: () => void): void {
  socket.on("error", () => undefined);
  socket.once("close", (hadError) => hadError && listener());
}

/** Holds everything back while it is shut, the end too. It starts shut. */
class Gate extends Transform {
  #isOpen = false;
  #waiting: (() => void)[] = [];

  set(isOpen: boolean): void {
    this.#isOpen = isOpen;
    if (isOpen) for (const listener of this.#waiting.splice(0)) listener();
  }

  whenOpen(listener: () => void): void {
    if (this.#isOpen) listener();
    else this.#waiting.push(listener);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.whenOpen(() => callback(null, chunk));
  }

  override _flush(callback: TransformCallback): void {
    this.whenOpen(() => callback());
  }
}
