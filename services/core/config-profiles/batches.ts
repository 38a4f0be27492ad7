import type { JsonObject } from "../../../actors/contracts/json.ts";
import type { ProfileLayer } from "../../../actors/twin/contract.ts";
import { bytesBound } from "../../../actors/twin/document-limits.ts";

const MAX_GATEWAYS = 256;
/** Of the layers in one call, at most about so much unless one gateway's are more. */
const MAX_BYTES = 512 * 1024;

/** Many gateways have the same documents. */
const sizes = new WeakMap<JsonObject, number>();

/** Cuts them into what one call may carry. */
export function* batchesOf<Wanted extends { readonly layers: readonly ProfileLayer[] }>(
  all: readonly Wanted[],
): Generator<readonly Wanted[]> {
  let batch: Wanted[] = [];
  let bytes = 0;
  for (const wanted of all) {
    const more = wanted.layers.reduce((sum, { desired }) => sum + sizeOf(desired), 0);
    if (batch.length === MAX_GATEWAYS || (batch.length > 0 && bytes + more > MAX_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(wanted);
    bytes += more;
  }
  if (batch.length > 0) yield batch;
}

function sizeOf(desired: JsonObject): number {
  const size = sizes.get(desired) ?? bytesBound(desired);
  sizes.set(desired, size);
  return size;
}
