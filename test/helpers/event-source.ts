import { type IncomingMessage, request } from "node:http";
import { waitFor } from "./wait-for.ts";

type Message = { readonly id: string; readonly event: string; readonly data: Record<string, unknown> };

/** A client of server-sent events; it does not come back by itself. */
export class TestEventSource {
  readonly messages: Message[] = [];
  /** The id to come back with. */
  lastEventId = "";
  /** Everything that was sent. */
  text = "";
  isEnded = false;
  readonly #response: IncomingMessage;
  #rest = "";

  private constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => this.#take(chunk));
    response.on("close", () => {
      this.isEnded = true;
    });
    response.on("error", () => {});
  }

  /** Resolves when the stream has begun. */
  static open(url: string, token: string, lastEventId?: string): Promise<TestEventSource> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(url, { headers, agent: false }, (response) => {
        const { statusCode, headers } = response;
        if (statusCode === 200 && headers["content-type"]?.startsWith("text/event-stream")) {
          return resolve(new TestEventSource(response));
        }
        response.resume();
        reject(new Error(`answered with ${statusCode}`));
      });
      sent.on("error", reject).end();
    });
  }

  /** From now on the client takes nothing from its socket. */
  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  close(): void {
    this.#response.destroy();
  }

  atLeast(count: number): Promise<unknown> {
    return waitFor(`${count} events`, () => this.messages.length >= count, 20_000);
  }

  #take(chunk: string): void {
    this.text += chunk;
    const blocks = (this.#rest + chunk).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    for (const block of blocks) this.#dispatch(block);
  }

  #dispatch(block: string): void {
    const fields = new Map(
      block.split("\n").map((line): [string, string] => {
        const colon = line.indexOf(": ");
        return [line.slice(0, colon), line.slice(colon + 2)];
      }),
    );
    this.lastEventId = fields.get("id") ?? this.lastEventId;
    const data = fields.get("data");
    if (data === undefined) return;
    this.messages.push({
      id: fields.get("id") ?? "",
      event: fields.get("event") ?? "",
      data: JSON.parse(data),
    });
  }
}
