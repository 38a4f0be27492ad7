/** Keeps content that is too large for memory. What it is, others know. */
export type BlobStore = {
  /** All of it is kept when this resolves; nothing when it rejects. An id is written once. */
  readonly write: (blobId: string, content: AsyncIterable<Uint8Array>) => Promise<void>;
  /** The bytes from `start` to `end`, without that one. Throws when there is no such content. */
  readonly read: (blobId: string, start: number, end: number) => AsyncIterable<Uint8Array>;
  /** Also of what is not there. */
  readonly remove: (blobId: string) => Promise<void>;
};
