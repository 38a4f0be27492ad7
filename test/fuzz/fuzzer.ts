import fc from "fast-check";
import type { OpenApiDocument } from "../../services/bff/openapi/types.ts";
import { seededRandom } from "../helpers/random.ts";
import { Conformity, type Seen } from "./conformity.ts";
import { KnownIds } from "./known-ids.ts";
import { type Draft, draftsOf, type Target, targetsOf } from "./requests.ts";

type FuzzOptions = {
  readonly document: OpenApiDocument;
  readonly url: string;
  readonly token: string;
  readonly seed: number;
  /** What an answer may take at most; milliseconds. */
  readonly limitMs: number;
  /** The operations that are asked; all when not given. */
  readonly only?: RegExp;
};

/** One request and what was answered. */
export type Shot = {
  readonly operationId: string;
  /** 0 without an answer. */
  readonly status: number;
  readonly ms: number;
  /** What is wrong with the answer, with the request that it is the answer to. */
  readonly problem: string | undefined;
};

type Sent = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

const DRAFTS = 20;
/** These speak of the gateway, not of the server. */
const HONEST = /"(GATEWAY_OFFLINE|COMMAND_TIMEOUT|COMMAND_NOT_BEGUN)"/;

/** Sends what the document allows, and what it does not, and looks at the answers. One seed: one series of drafts. */
export class Fuzzer {
  readonly #options: FuzzOptions;
  readonly #targets: readonly Target[];
  readonly #conformity: Conformity;
  readonly #ids: KnownIds;
  readonly #random: () => number;
  readonly #drafts = new Map<Target, Draft[]>();

  constructor(options: FuzzOptions) {
    this.#options = options;
    const { document, only = /^/ } = options;
    this.#targets = targetsOf(document).filter(({ operation }) => only.test(operation.operationId));
    this.#conformity = new Conformity(options.document);
    this.#ids = new KnownIds(options.document);
    this.#random = seededRandom(options.seed);
  }

  get operationIds(): string[] {
    return this.#targets.map(({ operation }) => operation.operationId);
  }

  /** `count` requests, to every operation in turn. */
  async run(count: number, concurrency: number): Promise<Shot[]> {
    const shots: Shot[] = [];
    let started = 0;
    const work = async () => {
      while (started < count) {
        const target = this.#targets[started % this.#targets.length];
        started += 1;
        if (target) shots.push(await this.#shoot(target));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return shots;
  }

  async #shoot(target: Target): Promise<Shot> {
    const sent = this.#filled(target, this.#nextDraft(target));
    const start = performance.now();
    const { operationId } = target.operation;
    const end = (status: number, problem: string | undefined): Shot => {
      const ms = performance.now() - start;
      return { operationId, status, ms, problem: problem && `${problem}\n    ${textOf(sent)}` };
    };
    try {
      const seen = await this.#send(sent, this.#limitOf(target, sent));
      if (target.method === "delete" && seen.status === 204) this.#forget(sent.path);
      return end(seen.status, this.#problemOf(target, seen));
    } catch (error) {
      return end(0, `no answer: ${error instanceof Error ? `${error} ${error.cause ?? ""}` : error}`);
    }
  }

  #forget(path: string): void {
    this.#ids.forget(decodeURIComponent(path.slice(path.lastIndexOf("/") + 1)));
  }

  #problemOf({ operation, path }: Target, seen: Seen): string | undefined {
    const { status, text = "" } = seen;
    if (status >= 500 && !HONEST.test(text)) return `${status}: ${text.slice(0, 300)}`;
    const problem = this.#conformity.problemOf(operation, seen);
    const isJson = seen.headers.get("content-type")?.startsWith("application/json");
    if (isJson && status < 300 && path.startsWith("/v1/")) this.#ids.learn(JSON.parse(text), ownIdOf(path));
    return problem;
  }

  #nextDraft(target: Target): Draft {
    const { document } = this.#options;
    const seed = Math.floor(this.#random() * 2 ** 31);
    let drafts = this.#drafts.get(target) ?? [];
    if (drafts.length === 0) drafts = fc.sample(draftsOf(document, target), { seed, numRuns: DRAFTS });
    const draft = drafts.pop();
    this.#drafts.set(target, drafts);
    if (!draft) throw new Error(`there is no request to ${target.path}`);
    return draft;
  }

  #filled({ method, path, operation }: Target, draft: Draft): Sent {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const given = draft.path[name] ?? { known: 0 };
      const text = "text" in given ? given.text : (this.#ids.at(name, given.known) ?? "gw-1");
      return encodeURIComponent(text);
    });
    const query = new URLSearchParams(draft.query).toString();
    const { body, headers, token } = draft;
    const isOpen = operation.security?.length === 0;
    return {
      method: method.toUpperCase(),
      path: query === "" ? filled : `${filled}?${query}`,
      headers: {
        ...headers,
        ...(body && { "Content-Type": body.contentType }),
        ...(token !== "none" && !isOpen && { Authorization: `Bearer ${this.#tokenOf(token)}` }),
      },
      ...(body && { body: body.bytes }),
    };
  }

  #tokenOf(token: "valid" | "wrong"): string {
    return token === "valid" ? this.#options.token : "wrong-token-0123456789";
  }

  /** Some wait as long as they are told to. */
  #limitOf({ operation }: Target, { body }: Sent): number {
    const { param = "", defaultSeconds = 0 } = operation["x-waits"] ?? {};
    const [, given = 0] = new RegExp(`"${param}":(\\d{1,3})\\b`).exec(String(body)) ?? [];
    return this.#options.limitMs + 1000 * Math.max(defaultSeconds, Number(given));
  }

  async #send({ path, ...request }: Sent, limitMs: number): Promise<Seen> {
    const response = await fetch(this.#options.url + path, {
      ...request,
      signal: AbortSignal.timeout(limitMs),
    });
    const { status, headers } = response;
    if (!headers.get("content-type")?.startsWith("text/event-stream")) {
      return { status, headers, text: await response.text() };
    }
    await response.body?.cancel();
    return { status, headers, text: undefined };
  }
}

/** The parameter that a thing made or listed at a path is found by: `commandId` below `/v1/commands`. */
function ownIdOf(path: string): string | undefined {
  const [, collection] = /\/(\w+?)s(?:[:/{][^/]*)?$/.exec(path) ?? [];
  return collection === undefined ? undefined : `${collection}Id`;
}

function textOf({ method, path, headers, body }: Sent): string {
  const shown = typeof body === "string" ? body : body && `bytes ${Buffer.from(body).toString("hex")}`;
  const safe = Object.entries(headers).filter(([name]) => name !== "Authorization");
  return `${method} ${path} ${JSON.stringify(Object.fromEntries(safe))} ${shown?.slice(0, 600) ?? ""}`;
}
