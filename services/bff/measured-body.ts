import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { DomainError } from "../../actors/contracts/errors.ts";
import { ClientGone } from "./body.ts";
import { extendBodyLimit } from "./body-deadline.ts";

/** Who brings so much has the time of a request once more; less is as slow as nothing. */
const PART_BYTES = 256 * 1024;

/** A body on its way to where it is kept; what it was is known when all of it has gone by. */
export class MeasuredBody {
  readonly #request: IncomingMessage;
  readonly #limit: number;
  readonly #hash = createHash("sha256");
  size = 0;
  #unnoted = 0;

  constructor(request: IncomingMessage, limit: number) {
    this.#request = request;
    this.#limit = limit;
  }

  /** Lower-case hex; once. */
  sha256(): string {
    return this.#hash.digest("hex");
  }

  /** No faster than it is taken. Throws PAYLOAD_TOO_LARGE, and ClientGone when it does not come to its end. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    // A request that is left stays open for its answer.
    const chunks = this.#request.iterator({ destroyOnReturn: false });
    try {
      for await (const chunk of chunks as AsyncIterable<Buffer>) {
        this.size += chunk.length;
        if (this.size > this.#limit)
          throw new DomainError("PAYLOAD_TOO_LARGE", { what: "body", limit: this.#limit });
        this.#hash.update(chunk);
        this.#noteProgress(chunk.length);
        yield chunk;
      }
    } catch (error) {
      if (error instanceof DomainError) throw error;
      throw this.#request.complete ? error : new ClientGone();
    }
  }

  #noteProgress(bytes: number): void {
    this.#unnoted += bytes;
    if (this.#unnoted < PART_BYTES) return;
    this.#unnoted = 0;
    extendBodyLimit(this.#request);
  }
}
