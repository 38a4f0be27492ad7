import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { parseAnswer } from "./http-answer.ts";

const ANSWER_MS = 15_000;
const EMPTY = Buffer.alloc(0);

type Waiting = { resolve: (body: string) => void; reject: (error: Error) => void };

/** A kept connection with one request in flight. A raw socket: on shared cores a full client would be half the load. */
export class HttpLink {
  readonly #socket: Socket;
  #received: Buffer = EMPTY;
  #waiting: Waiting | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error(`no answer within ${ANSWER_MS} ms`)));
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (error) => this.#waiting?.reject(error));
    socket.on("close", () => this.#waiting?.reject(new Error("the server closed the connection")));
  }

  static async open(port: number): Promise<HttpLink> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    await once(socket, "connect");
    return new HttpLink(socket);
  }

  /** The body of the answer. Rejects unless the status is of 200 to 299. */
  exchange(request: string): Promise<string> {
    if (this.#socket.destroyed) return Promise.reject(new Error("the connection is closed"));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request, "latin1");
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    try {
      this.#settle();
    } catch (error) {
      this.#socket.destroy(error as Error);
    }
  }

  #settle(): void {
    const answer = parseAnswer(this.#received);
    if (answer === undefined) return;
    this.#received = EMPTY;
    const { status, body } = answer;
    if (status >= 200 && status < 300) this.#waiting?.resolve(body);
    else this.#waiting?.reject(new Error(`${status} ${body.slice(0, 300)}`));
  }
}
