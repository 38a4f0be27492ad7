const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** The partition of an actor: FNV-1a (32 bits) of the id's UTF-8, modulo the number fixed at install. */
export function partitionOf(actorId: string, count: number): number {
  let hash = OFFSET_BASIS;
  for (let at = 0; at < actorId.length; at += 1) {
    const unit = actorId.charCodeAt(at);
    // Below 128 a UTF-16 unit is its own UTF-8 byte; ids of gateways are never more.
    if (unit > 127) return fnv1a(Buffer.from(actorId)) % count;
    hash = Math.imul(hash ^ unit, PRIME);
  }
  return (hash >>> 0) % count;
}

/** 32 bits. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = OFFSET_BASIS;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME);
  return hash >>> 0;
}

/** A partition of a type as the key of a map, whatever its epoch. */
export function placeKey({ type, partition }: { readonly type: string; readonly partition: number }): string {
  return `${type}/${partition}`;
}
