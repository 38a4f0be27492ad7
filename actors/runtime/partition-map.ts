/** The partition of an actor: FNV-1a (32 bits) of the id's UTF-8, modulo the number fixed at install. */
export function partitionOf(actorId: string, count: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(actorId)) {
    hash ^= byte;
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0) % count;
}
