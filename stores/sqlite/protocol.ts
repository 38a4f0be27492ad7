/** What the event loop asks of the SQLite thread, and what it answers. */
export type Request = { readonly id: number; readonly connection: number } & (
  | { readonly kind: "open"; readonly file: string }
  | { readonly kind: "close" }
  | { readonly kind: "execute"; readonly sql: string; readonly parameters: unknown[] | object }
);

export type Execution = { readonly rows: unknown[]; readonly changes: number; readonly lastId: number };

export type Failure = { readonly message: string; readonly code: string };

export type Reply = { readonly id: number } & ({ readonly result: Execution } | { readonly error: Failure });
