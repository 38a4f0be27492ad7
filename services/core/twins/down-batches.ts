import type { DownMessage } from "../../../actors/contracts/edge.ts";

/** Well below the 1 MB that NATS carries. A message is never larger by itself. */
export const MAX_CALL_BYTES = 256 * 1024;
const OVERHEAD_BYTES = 64;

export function bytesOf({ gatewayId, topic, payload }: DownMessage): number {
  return OVERHEAD_BYTES + gatewayId.length + topic.length + Buffer.byteLength(payload);
}

/** In parts that one call between nodes can carry, in order. */
export function* inBatches(messages: readonly DownMessage[]): Generator<readonly DownMessage[]> {
  let [start, bytes] = [0, 0];
  for (const [index, message] of messages.entries()) {
    const more = bytesOf(message);
    if (index > start && bytes + more > MAX_CALL_BYTES) {
      yield messages.slice(start, index);
      [start, bytes] = [index, 0];
    }
    bytes += more;
  }
  if (start < messages.length) yield messages.slice(start);
}
