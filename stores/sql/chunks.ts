/**
 * Characters of data per statement. Servers refuse packets of more than 16 MB by default (`max_allowed_packet`):
 * there is room for what UTF-8 and escaping add.
 */
const MAX_CHARACTERS = 4 * 1024 ** 2;
/** Items per statement: it is parsed and planned as a whole. */
const MAX_ITEMS = 256;

/** Cuts a list into parts of bounded size; an item that is larger by itself is a part of its own. */
export function* chunksOf<T>(items: readonly T[], sizeOf: (item: T) => number = () => 0): Generator<T[]> {
  let chunk: T[] = [];
  let size = 0;
  for (const item of items) {
    const more = sizeOf(item);
    if (chunk.length === MAX_ITEMS || (chunk.length > 0 && size + more > MAX_CHARACTERS)) {
      yield chunk;
      chunk = [];
      size = 0;
    }
    chunk.push(item);
    size += more;
  }
  if (chunk.length > 0) yield chunk;
}
