import type { DownMessage } from "../actors/contracts/edge.ts";

/** Well below the 1 MB that NATS carries. A message is never larger by itself. */
export const MAX_CALL_BYTES = 256 * 1024;
const OVERHEAD_BYTES = 64;

export function bytesOf({ gatewayId, topic, payload }: DownMessage): number {
  return OVERHEAD_BYTES + gatewayId.length + topic.length + Buffer.byteLength(payload);
}

/** In parts that one call between nodes can carry, in order. */
export function* inBatches<Item>(
  items: readonly Item[],
  bytesOf: (item: Item) => number,
): Generator<readonly Item[]> {
  let [start, bytes] = [0, 0];
  for (const [index, item] of items.entries()) {
    const more = bytesOf(item);
    if (index > start && bytes + more > MAX_CALL_BYTES) {
      yield items.slice(start, index);
      [start, bytes] = [index, 0];
    }
    bytes += more;
  }
  if (start < items.length) yield items.slice(start);
}
