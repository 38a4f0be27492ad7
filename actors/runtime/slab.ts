const CHUNK_BYTES = 64 * 1024;
/** Before each record: 2 bytes length of the id, 4 bytes length of the document, 8 bytes position. */
const HEADER_BYTES = 14;

type Chunk = { readonly buffer: Buffer; used: number; live: number };
type Entry = { readonly document: string; readonly pos: number };
type Record = Entry & { readonly actorId: string; readonly place: number };

/**
 * Encoded documents of idle actors, as UTF-8 in large buffers: a million of them are a few thousand objects for
 * the garbage collector. Replaced and taken records leave holes; a chunk that is more than half holes is
 * written anew.
 */
export class Slab {
  /** Where each record starts: number of its chunk times CHUNK_BYTES, plus the offset. */
  readonly #places = new Map<string, number>();
  readonly #chunks: (Chunk | undefined)[] = [];
  readonly #freeNumbers: number[] = [];
  #current = -1;
  #bytes = 0;

  get size(): number {
    return this.#places.size;
  }

  /** Bytes held, holes included. */
  get bytes(): number {
    return this.#bytes;
  }

  put(actorId: string, document: string, pos: number): void {
    this.delete(actorId);
    const idBytes = Buffer.byteLength(actorId);
    const documentBytes = Buffer.byteLength(document);
    const size = HEADER_BYTES + idBytes + documentBytes;
    const chunk = this.#chunkFor(size);
    const { buffer, used } = chunk;
    buffer.writeUInt16LE(idBytes, used);
    buffer.writeUInt32LE(documentBytes, used + 2);
    buffer.writeDoubleLE(pos, used + 6);
    buffer.write(actorId, used + HEADER_BYTES);
    buffer.write(document, used + HEADER_BYTES + idBytes);
    this.#places.set(actorId, this.#current * CHUNK_BYTES + used);
    chunk.used += size;
    chunk.live += size;
  }

  /** Removes the record and returns it. */
  take(actorId: string): Entry | undefined {
    const place = this.#places.get(actorId);
    if (place === undefined) return undefined;
    const { document, pos } = this.#read(place);
    this.delete(actorId);
    return { document, pos };
  }

  delete(actorId: string): void {
    const place = this.#places.get(actorId);
    if (place === undefined) return;
    this.#places.delete(actorId);
    const number = Math.floor(place / CHUNK_BYTES);
    const chunk = this.#chunkAt(number);
    chunk.live -= sizeAt(chunk.buffer, place % CHUNK_BYTES);
    if (number !== this.#current && chunk.live * 2 < chunk.used) this.#rewrite(number, chunk);
  }

  clear(): void {
    this.#places.clear();
    this.#chunks.length = 0;
    this.#freeNumbers.length = 0;
    this.#current = -1;
    this.#bytes = 0;
  }

  #rewrite(number: number, chunk: Chunk): void {
    const survivors = [...this.#recordsOf(number, chunk)].filter(
      (r) => this.#places.get(r.actorId) === r.place,
    );
    for (const { actorId } of survivors) this.#places.delete(actorId);
    this.#chunks[number] = undefined;
    this.#freeNumbers.push(number);
    this.#bytes -= chunk.buffer.length;
    for (const { actorId, document, pos } of survivors) this.put(actorId, document, pos);
  }

  #chunkFor(size: number): Chunk {
    const current = this.#current < 0 ? undefined : this.#chunkAt(this.#current);
    if (current && current.used + size <= current.buffer.length) return current;
    const chunk = { buffer: Buffer.allocUnsafeSlow(Math.max(size, CHUNK_BYTES)), used: 0, live: 0 };
    this.#current = this.#freeNumbers.pop() ?? this.#chunks.length;
    this.#chunks[this.#current] = chunk;
    this.#bytes += chunk.buffer.length;
    return chunk;
  }

  #chunkAt(number: number): Chunk {
    const chunk = this.#chunks[number];
    if (!chunk) throw new Error(`slab: chunk ${number} is gone`);
    return chunk;
  }

  *#recordsOf(number: number, chunk: Chunk): Generator<Record> {
    for (let offset = 0; offset < chunk.used; offset += sizeAt(chunk.buffer, offset)) {
      yield this.#read(number * CHUNK_BYTES + offset);
    }
  }

  #read(place: number): Record {
    const { buffer } = this.#chunkAt(Math.floor(place / CHUNK_BYTES));
    const offset = place % CHUNK_BYTES;
    const idAt = offset + HEADER_BYTES;
    const documentAt = idAt + buffer.readUInt16LE(offset);
    return {
      actorId: buffer.toString("utf8", idAt, documentAt),
      document: buffer.toString("utf8", documentAt, offset + sizeAt(buffer, offset)),
      pos: buffer.readDoubleLE(offset + 6),
      place,
    };
  }
}

function sizeAt(buffer: Buffer, offset: number): number {
  return HEADER_BYTES + buffer.readUInt16LE(offset) + buffer.readUInt32LE(offset + 2);
}
