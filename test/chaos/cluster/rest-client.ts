import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

const DEADLINE_MS = 10_000;
const PAUSE_MS = 50;

export type Answer = {
  readonly status: number;
  readonly text: string;
  /** Of a resource with versions. */
  readonly etag: string | undefined;
};

export type Call = {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * Calls the nodes in turn, each time on a new connection. It tries the next one when the connection was refused, and
 * when it was reset in case the call bears that: who stops to listen resets what has not been accepted yet. All else
 * is an error to the caller, at the latest after 10 s.
 */
export class RestClient {
  readonly #urls: readonly string[];
  readonly #token: string;
  #next = 0;

  constructor(urls: readonly string[], token: string) {
    this.#urls = urls;
    this.#token = token;
  }

  async call(call: Call): Promise<Answer> {
    const deadline = performance.now() + DEADLINE_MS;
    for (;;) {
      try {
        return await this.#send(call, deadline - performance.now());
      } catch (error) {
        if (!mayRetry(call, error) || performance.now() > deadline) throw error;
        if (this.#next % this.#urls.length === 0) await delay(PAUSE_MS);
      }
    }
  }

  /** Throws unless the answer is a 2xx. */
  async json<Body>(call: Call): Promise<Body> {
    const { status, text } = await this.call(call);
    if (status >= 300) throw new Error(`${call.method} ${call.path} answered ${status}: ${text}`);
    return JSON.parse(text) as Body;
  }

  #send({ method, path, body, headers }: Call, timeoutMs: number): Promise<Answer> {
    const url = new URL(path, this.#urls[this.#next++ % this.#urls.length]);
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
      const common = { authorization: `Bearer ${this.#token}`, "content-type": "application/json" };
      const options = { method, agent: false, signal, headers: { ...common, ...headers } };
      const sent = request(url, options, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, text, etag: response.headers.etag }),
        );
      });
      sent.on("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function mayRetry({ method, headers }: Call, error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ECONNREFUSED") return true;
  return code === "ECONNRESET" && (method === "GET" || headers?.["idempotency-key"] !== undefined);
}
