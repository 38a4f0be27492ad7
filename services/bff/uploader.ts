import type { ServerResponse } from "node:http";
import { DomainError } from "../../actors/contracts/errors.ts";
import type { BlobStore } from "../../actors/runtime/blobs.ts";
import { logTo } from "../../mixins/logs/log-to.ts";
import { type Answer, resultAnswer, send } from "./answer.ts";
import type { Binding } from "./binding.ts";
import { bearerTokenOf, idempotencyKeyOf } from "./headers.ts";
import { digestOf, type Idempotency } from "./idempotency.ts";
import { MeasuredBody } from "./measured-body.ts";
import { queryParams } from "./params.ts";
import type { Told } from "./recorded.ts";
import { callFor } from "./transfer-call.ts";

type UploaderOptions = {
  readonly blobs: BlobStore;
  readonly timeoutMs: number;
  readonly idempotency: Idempotency;
  /** At the same time; 16 when not given. */
  readonly maxUploads?: number;
};

/** Takes content in: no faster than it can be kept, and never all of it in memory. */
export class Uploader {
  readonly #options: UploaderOptions;
  #open = 0;

  constructor(options: UploaderOptions) {
    this.#options = options;
  }

  async serve(binding: Binding, told: Told, response: ServerResponse): Promise<void> {
    if (this.#open >= (this.#options.maxUploads ?? 16)) throw new DomainError("OVERLOADED");
    this.#open += 1;
    try {
      send(response, await this.#takeIn(binding, told));
    } finally {
      this.#open -= 1;
    }
  }

  /** The place is asked for before the first byte is taken, and given back when not all of them are good. */
  async #takeIn(binding: Binding, told: Told): Promise<Answer> {
    const { timeoutMs } = this.#options;
    const { parameters, query, request, path } = told.exchange;
    const key = binding.role === "anyone" ? undefined : idempotencyKeyOf(request.headers["idempotency-key"]);
    const token = binding.role === "anyone" ? { token: bearerTokenOf(request.headers.authorization) } : {};
    const wish = { ...parameters, ...token, contentType: contentTypeOf(request.headers["content-type"]) };
    const given = queryParams(binding.query, query);
    const place = await callFor(told, "artifacts.begin", wish, timeoutMs);
    try {
      const content = { ...(await this.#store(place, told)), contentType: wish.contentType, ...token };
      const by = binding.headers.has("by") ? { by: told.principal.name } : {};
      const params = { ...given, ...parameters, ...by, content };
      const keep = async () =>
        resultAnswer(binding, path, await callFor(told, binding.action, params, timeoutMs));
      return key === undefined ? await keep() : await this.#once(told, key, content, keep);
    } catch (error) {
      await this.#giveBack(place.artifactId, told);
      throw error;
    }
  }

  /** Only when all of it has come is it known to be the same: what was brought again is thrown away. */
  async #once(
    told: Told,
    key: string,
    { artifactId, sha256 }: { readonly artifactId: string; readonly sha256: string },
    keep: () => Promise<Answer>,
  ): Promise<Answer> {
    const { method = "", url = "" } = told.exchange.request;
    let isFirst = false;
    const answer = await this.#options.idempotency.once(
      told.principal.name,
      key,
      digestOf(method, url, sha256),
      () => {
        isFirst = true;
        return keep();
      },
    );
    if (!isFirst) await this.#giveBack(artifactId, told);
    return answer;
  }

  async #store({ artifactId, maxBytes }: { artifactId: string; maxBytes: number }, { exchange }: Told) {
    const body = new MeasuredBody(exchange.request, maxBytes);
    await this.#options.blobs.write(artifactId, body);
    return { artifactId, size: body.size, sha256: body.sha256() };
  }

  /** Else it goes when its time is over. */
  async #giveBack(artifactId: string, told: Told): Promise<void> {
    try {
      await callFor(told, "artifacts.abandon", { artifactId }, this.#options.timeoutMs);
    } catch (error) {
      logTo(told.exchange.context.broker.logger).warn("an upload is left for the sweep", {
        "artifact.id": artifactId,
        error,
      });
    }
  }
}

function contentTypeOf(header = "application/octet-stream"): string {
  return (header.split(";")[0] ?? "").trim().toLowerCase();
}
