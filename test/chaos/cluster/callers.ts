import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Fleet } from "./fleet.ts";
import type { Answer, Call, RestClient } from "./rest-client.ts";

const PAUSE_MS = 40;
/** A writer's keys: enough that a lost change is not soon hidden by the next one to the same key. */
const KEYS = 16;
const QUIET = ["quiet-1", "quiet-2"];

/** A change of desired that was answered with a 2xx. */
export type Patched = { readonly gatewayId: string; readonly key: string; readonly value: number };

type Twin = { readonly version: number };

/** People and programs that call the REST interface all the time, each one call after the other. */
export class Callers {
  readonly #rest: RestClient;
  readonly #fleet: Fleet;
  readonly patched: Patched[] = [];
  /** Calls that failed, and how. */
  readonly failed: string[] = [];
  /** What they saw that must never be. */
  readonly faults: string[] = [];
  calls = 0;
  #isEnded = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(rest: RestClient, fleet: Fleet) {
    this.#rest = rest;
    this.#fleet = fleet;
  }

  async start(): Promise<void> {
    const requests = QUIET.map((gatewayId) => ({ gatewayId }));
    await this.#rest.json({ method: "POST", path: "/v1/gateways:batchCreate", body: { requests } });
    const ids = this.#fleet.ids;
    this.#running = Promise.all([
      ...ids.slice(0, 4).map((id) => this.#again((n) => this.#patch(id, n))),
      ...ids.slice(-4).map((id) => this.#again(() => this.#read(id))),
      ...QUIET.map((id) => this.#again((n) => this.#patchVersion(id, n))),
    ]);
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#running;
  }

  async #again(work: (n: number) => Promise<void>): Promise<void> {
    for (let n = 1; !this.#isEnded; n += 1) {
      await work(n);
      await delay(PAUSE_MS);
    }
  }

  /** Undefined when it failed; what became of it nobody knows then. */
  async #call(call: Call): Promise<Answer | undefined> {
    this.calls += 1;
    const startedAt = performance.now();
    const problem = (what: string) =>
      `${call.method} ${call.path} after ${Math.round(performance.now() - startedAt)} ms: ${what}`;
    try {
      const answer = await this.#rest.call(call);
      if (answer.status < 300) return answer;
      this.failed.push(problem(`${answer.status} ${answer.text}`));
    } catch (error) {
      this.failed.push(problem(String(error)));
    }
    return undefined;
  }

  async #patch(gatewayId: string, value: number): Promise<void> {
    const key = `k${value % KEYS}`;
    const headers = { "idempotency-key": randomUUID() };
    const path = `/v1/gateways/${gatewayId}/twin/desired`;
    const answer = await this.#call({ method: "PATCH", path, body: { [key]: value }, headers });
    if (answer) this.patched.push({ gatewayId, key, value });
  }

  /** The only writer of this twin: each version it has read must be the present one. */
  async #patchVersion(gatewayId: string, value: number): Promise<void> {
    const key = `k${value % KEYS}`;
    const path = `/v1/gateways/${gatewayId}/twin`;
    const read = await this.#call({ method: "GET", path });
    if (!read?.etag) return;
    const headers = { "if-match": read.etag, "idempotency-key": randomUUID() };
    const body = { [key]: value };
    if (await this.#call({ method: "PATCH", path: `${path}/desired`, body, headers }))
      this.patched.push({ gatewayId, key, value });
  }

  async #read(gatewayId: string): Promise<void> {
    const known = this.#fleet.gateway(gatewayId)?.version ?? 0;
    const answer = await this.#call({ method: "GET", path: `/v1/gateways/${gatewayId}/twin` });
    if (!answer) return;
    const { version } = JSON.parse(answer.text) as Twin;
    if (version < known)
      this.faults.push(`a read of ${gatewayId} gave version ${version}, after ${known} was acknowledged`);
  }
}
