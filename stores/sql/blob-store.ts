import { DataTypes, type Model, type ModelStatic, type Sequelize } from "sequelize";
import type { BlobStore } from "../../actors/runtime/blobs.ts";

/** Far below what servers take in one packet, escaped. */
const CHUNK_BYTES = 256 * 1024;

type ChunkRow = { readonly blobId: string; readonly nr: number; readonly content: Buffer };

/** Content as rows of equal size, for nodes that share a database and no folder. */
export class SqlBlobStore implements BlobStore {
  readonly #table: ModelStatic<Model<ChunkRow>>;

  constructor(sequelize: Sequelize) {
    this.#table = sequelize.define<Model<ChunkRow>>("ArtifactChunk", COLUMNS, {
      tableName: "artifact_chunks",
      timestamps: false,
    });
  }

  async write(blobId: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    let nr = 0;
    try {
      for await (const chunk of evenly(content)) {
        await this.#table.create({ blobId, nr, content: chunk });
        nr += 1;
      }
    } catch (error) {
      await this.remove(blobId);
      throw error;
    }
  }

  async *read(blobId: string, start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; ) {
      const nr = Math.floor(at / CHUNK_BYTES);
      const row = await this.#table.findOne({ where: { blobId, nr } });
      if (!row) throw new Error(`the content ${blobId} has no chunk ${nr}`);
      const from = nr * CHUNK_BYTES;
      const chunk = row.get().content.subarray(at - from, end - from);
      if (chunk.length === 0) throw new Error(`the content ${blobId} ends before ${end}`);
      yield chunk;
      at += chunk.length;
    }
  }

  async remove(blobId: string): Promise<void> {
    await this.#table.destroy({ where: { blobId } });
  }
}

/** The same bytes, in chunks of the one size; the last may be shorter. */
async function* evenly(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let [chunk, filled] = [Buffer.alloc(CHUNK_BYTES), 0];
  for await (const bytes of content) {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + CHUNK_BYTES - filled);
      chunk.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < CHUNK_BYTES) continue;
      yield chunk;
      [chunk, filled] = [Buffer.alloc(CHUNK_BYTES), 0];
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}

const COLUMNS = {
  blobId: { type: DataTypes.STRING(64), primaryKey: true, field: "blob_id" },
  nr: { type: DataTypes.INTEGER, primaryKey: true },
  content: { type: DataTypes.BLOB("medium") },
};
