import { setTimeout as delay } from "node:timers/promises";
import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import type { JsonObject } from "./json.ts";

const State = Type.Record(Type.String(), Type.Unknown());
const Section = Type.Object({ state: State, version: Type.Integer() });
const Twin = Type.Object({
  version: Type.Integer(),
  desired: Section,
  reported: Section,
  delta: State,
  inSync: Type.Boolean(),
});
const Created = Type.Object({
  gateways: Type.Array(
    Type.Object({ credentials: Type.Object({ username: Type.String(), password: Type.String() }) }),
  ),
});
const Failure = Type.Object({
  error: Type.Object({
    message: Type.String(),
    details: Type.Optional(Type.Array(Type.Object({ reason: Type.Optional(Type.String()) }))),
  }),
});

export type TwinView = Static<typeof Twin>;

interface NewGateway {
  readonly gatewayId: string;
  readonly displayName: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

const twinSchema = Compile(Twin);
const createdSchema = Compile(Created);
const failureSchema = Compile(Failure);

const REQUEST_TIMEOUT_MS = 30_000;

/** Status 0: no answer came at all. */
export class RestError extends Error {
  override readonly name = "RestError";
  readonly status: number;
  readonly reason: string;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }

  get mayPass(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export class RestClient {
  readonly #base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  async batchCreate(requests: readonly NewGateway[]): Promise<Credentials[]> {
    const answer = await this.#call("POST", "/v1/gateways:batchCreate", { requests });
    if (!createdSchema.Check(answer)) throw surprise("gateways:batchCreate");
    return answer.gateways.map((gateway) => gateway.credentials);
  }

  async twin(gatewayId: string): Promise<TwinView> {
    return asTwin(await this.#call("GET", `/v1/gateways/${encodeURIComponent(gatewayId)}/twin`));
  }

  async patchDesired(gatewayId: string, patch: JsonObject): Promise<TwinView> {
    const path = `/v1/gateways/${encodeURIComponent(gatewayId)}/twin/desired`;
    return asTwin(await this.#call("PATCH", path, patch));
  }

  async deleteGateway(gatewayId: string): Promise<void> {
    await this.#call("DELETE", `/v1/gateways/${encodeURIComponent(gatewayId)}`);
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const { response, text } = await this.#fetch(method, path, body);
    if (!response.ok) throw failureOf(response, text);
    return parse(text);
  }

  async #fetch(method: string, path: string, body?: object): Promise<{ response: Response; text: string }> {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const headers = { authorization: `Bearer ${this.#token}`, ...(body && { "content-type": type }) };
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    try {
      const init = { method, headers, signal, ...(body && { body: JSON.stringify(body) }) };
      const response = await fetch(this.#base + path, init);
      return { response, text: await response.text() };
    } catch (error) {
      throw new RestError(0, "NO_ANSWER", `${this.#base} does not answer: ${causeOf(error)}`);
    }
  }
}

/** Tries again what may pass (no answer, 429, 5xx), at the pace the server asks for, until the deadline. */
export async function patiently<T>(deadline: number, request: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await request();
    } catch (error) {
      const waitMs = error instanceof RestError && error.mayPass ? (error.retryAfterMs ?? 500) : undefined;
      if (waitMs === undefined || Date.now() + waitMs > deadline) throw error;
      await delay(waitMs);
    }
  }
}

function asTwin(answer: unknown): TwinView {
  if (twinSchema.Check(answer)) return answer;
  throw surprise("twin");
}

function surprise(what: string): RestError {
  return new RestError(200, "UNEXPECTED_BODY", `The answer for ${what} is not what the contract says.`);
}

function failureOf(response: Response, text: string): RestError {
  const body = parse(text);
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  if (!failureSchema.Check(body)) {
    return new RestError(response.status, "UNKNOWN", `HTTP ${response.status}`, retryAfterMs);
  }
  const reason = body.error.details?.find((detail) => detail.reason !== undefined)?.reason ?? "UNKNOWN";
  return new RestError(response.status, reason, `${reason}: ${body.error.message}`, retryAfterMs);
}

/** Undefined for what is no JSON: the schemas refuse it. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}
