import type { QueryInterface } from "sequelize";
import * as actors from "./0001-actors.ts";

type Migration = {
  readonly name: string;
  readonly up: (params: { context: QueryInterface }) => Promise<void>;
};

/** In the order they are run; a released one never changes. */
export const MIGRATIONS: Migration[] = [{ name: "0001-actors", up: actors.up }];
