import type { Work } from "./requests.ts";

/** What is loaded, in how many connections with one request in flight each. */
export type RestRow = { title: string; server: "bare" | "product"; work: Work; connections: number };

const MANY = 32;
const BARE = "(d) bare moleculer-web";
const OURS = "(c) gateway-twin";

export const BARE_READ: RestRow = { title: `${BARE}, GET`, server: "bare", work: "read", connections: MANY };
export const READ: RestRow = {
  title: `${OURS}, GET of a twin`,
  server: "product",
  work: "read",
  connections: MANY,
};
const BARE_PATCH: RestRow = {
  title: `${BARE}, PATCH`,
  server: "bare",
  work: "patch",
  connections: MANY,
};
export const PATCH: RestRow = {
  title: `${OURS}, PATCH of a desired value`,
  server: "product",
  work: "patch",
  connections: MANY,
};
const COMMAND: RestRow = {
  title: `${OURS}, command and its answer`,
  server: "product",
  work: "command",
  connections: 1,
};
export const COMMANDS: RestRow = {
  title: `${OURS}, commands and their answers`,
  server: "product",
  work: "command",
  connections: MANY,
};

export const ROWS: readonly RestRow[] = [BARE_READ, READ, BARE_PATCH, PATCH, COMMAND, COMMANDS];

/** The bare route that does the same kind of work. */
export const BARE_OF: ReadonlyMap<RestRow, RestRow> = new Map([
  [READ, BARE_READ],
  [PATCH, BARE_PATCH],
]);
