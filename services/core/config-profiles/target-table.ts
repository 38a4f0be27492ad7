import type { ConfigProfile } from "../../../actors/contracts/config-profiles.ts";
import type { Target, TargetState } from "../../../actors/profiles/targets.ts";
import { chunksOf } from "../../../stores/sql/chunks.ts";
import type { Constants } from "../../../stores/sql/dialect.ts";
import type { Sql } from "../../../stores/sql/sql.ts";

/** How a gateway stands to all that is desired of it. */
export type SyncState = "OPEN" | "SYNCED" | "FAILED";
export type SyncOf = { readonly gatewayId: string; readonly twinVersion: number; readonly sync: SyncState };

const TABLE = "config_profile_targets";
const SELECT = `SELECT gateway_id AS gatewayId, profile_id AS profileId, revision, state FROM ${TABLE}`;
const SYNC: Constants["columns"] = { gateway_id: "text", twin_version: "integer", sync: "text" };
const SETTLED: Constants["columns"] = {
  gateway_id: "text",
  profile_id: "text",
  revision: "integer",
  state: "text",
};
const FIRST: readonly [twinVersion: number, sync: SyncState] = [-1, "OPEN"];

type Counted = {
  readonly profileId: string;
  readonly revision: number;
  readonly state: TargetState;
  readonly sync: SyncState;
  readonly count: number;
};

/** What became of each profile at each gateway that it is for. */
export class TargetTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Is there nothing to keep up to date: no profile, and none that has to leave? */
  async isIdle(): Promise<boolean> {
    const [{ busy } = { busy: 0 }] = await this.#sql.read<{ busy: number }>(
      `SELECT EXISTS(SELECT 1 FROM config_profiles) OR EXISTS(SELECT 1 FROM ${TABLE}) AS busy`,
    );
    return busy === 0;
  }

  /** Of the gateways behind `after`, up to `last`; without it all. */
  between(after: string, last: string | undefined): Promise<Target[]> {
    const statement = this.#sql.statement();
    const upTo = last === undefined ? "" : ` AND gateway_id <= ${statement.value(last)}`;
    return this.#sql.read<Target>(`${SELECT} WHERE gateway_id > ${statement.value(after)}${upTo}`, statement);
  }

  async of(gatewayIds: readonly string[]): Promise<Target[]> {
    if (gatewayIds.length === 0) return [];
    const statement = this.#sql.statement();
    const where = `gateway_id IN ${statement.tuple(gatewayIds)}`;
    return this.#sql.read<Target>(`${SELECT} WHERE ${where}`, statement);
  }

  async put(targets: readonly Target[]): Promise<void> {
    for (const chunk of chunksOf(targets.toSorted(byGateway))) {
      const statement = this.#sql.statement();
      const values = chunk.map(({ gatewayId, profileId, revision, state }) =>
        statement.tuple([gatewayId, profileId, revision, state, ...FIRST]),
      );
      const into = `${TABLE} (gateway_id, profile_id, revision, state, twin_version, sync)`;
      const replace = this.#sql.dialect.onConflict(["gateway_id", "profile_id"], ["revision", "state"]);
      await this.#sql.write(`INSERT INTO ${into} VALUES ${values.join(", ")} ${replace}`, statement);
    }
  }

  /** Those that were leaving have left; without a state: the gateways are gone, and all of theirs goes. */
  async remove(gatewayIds: readonly string[], state?: "LEAVING"): Promise<void> {
    for (const chunk of chunksOf(gatewayIds)) {
      const statement = this.#sql.statement();
      const where = `gateway_id IN ${statement.tuple(chunk)}`;
      const only = state ? ` AND state = ${statement.value(state)}` : "";
      await this.#sql.write(`DELETE FROM ${TABLE} WHERE ${where}${only}`, statement);
    }
  }

  /** What became of those that are still to get just that. */
  async settle(targets: readonly Target[]): Promise<void> {
    const rows = targets
      .toSorted(byGateway)
      .map(({ gatewayId, profileId, revision, state }) => [gatewayId, profileId, revision, state]);
    const on = `p.gateway_id = v.gateway_id AND p.profile_id = v.profile_id AND p.revision = v.revision
      AND p.state = 'PENDING'`;
    await this.#update({ columns: SETTLED, rows }, on, { state: "v.state" });
  }

  /** What was told of a later version of the twin stays; with `<` also what was told of the same. */
  async setSync(all: readonly SyncOf[], than: "<" | "<="): Promise<void> {
    const rows = all
      .toSorted(byGateway)
      .map(({ gatewayId, twinVersion, sync }) => [gatewayId, twinVersion, sync]);
    const on = `p.gateway_id = v.gateway_id AND p.twin_version ${than} v.twin_version`;
    await this.#update({ columns: SYNC, rows }, on, { twin_version: "v.twin_version", sync: "v.sync" });
  }

  /** Their twins begin anew, with nothing. */
  async reset(gatewayIds: readonly string[]): Promise<void> {
    const set = `state = 'PENDING', twin_version = ${FIRST[0]}, sync = '${FIRST[1]}'`;
    for (const chunk of chunksOf(gatewayIds)) {
      const statement = this.#sql.statement();
      const where = `gateway_id IN ${statement.tuple(chunk)} AND state <> 'LEAVING'`;
      await this.#sql.write(`UPDATE ${TABLE} SET ${set} WHERE ${where}`, statement);
    }
  }

  /** They were told often enough; one that is in sync by now stays so. */
  async setFailed(gatewayIds: readonly string[]): Promise<void> {
    for (const chunk of chunksOf(gatewayIds)) {
      const statement = this.#sql.statement();
      const where = `gateway_id IN ${statement.tuple(chunk)} AND sync = 'OPEN'`;
      await this.#sql.write(`UPDATE ${TABLE} SET sync = 'FAILED' WHERE ${where}`, statement);
    }
  }

  /**
   * Counted when somebody asks, within an index that begins with the profile. Kept counts would have to change in one
   * transaction with every target, from two writers, and anew with every revision; nobody asks that often.
   */
  async metrics(
    profiles: readonly { readonly configProfileId: string; readonly revision: number }[],
  ): Promise<ConfigProfile["metrics"][]> {
    if (profiles.length === 0) return [];
    const statement = this.#sql.statement();
    const ids = statement.tuple(profiles.map(({ configProfileId }) => configProfileId));
    const columns = "profile_id AS profileId, revision, state, sync";
    const sql = `SELECT ${columns}, count(*) AS count FROM ${TABLE} WHERE profile_id IN ${ids}
      GROUP BY profile_id, revision, state, sync`;
    const counted = Map.groupBy(await this.#sql.read<Counted>(sql, statement), ({ profileId }) => profileId);
    return profiles.map(({ configProfileId, revision }) =>
      metricsOf(counted.get(configProfileId) ?? [], revision),
    );
  }

  async #update({ columns, rows }: Constants, on: string, set: Record<string, string>): Promise<void> {
    for (const chunk of chunksOf(rows)) {
      const statement = this.#sql.statement();
      const sql = this.#sql.dialect.updateFrom(
        statement,
        { columns, rows: chunk },
        { table: TABLE, on, set },
      );
      await this.#sql.writePrepared(sql, statement);
    }
  }
}

/** Two writers that lock rows in one order do not wait for each other. */
function byGateway(a: { readonly gatewayId: string }, b: { readonly gatewayId: string }): number {
  return a.gatewayId < b.gatewayId ? -1 : Number(a.gatewayId > b.gatewayId);
}

function metricsOf(counted: readonly Counted[], present: number): ConfigProfile["metrics"] {
  const sum = (isMeant: (one: Counted) => boolean) =>
    counted.filter(isMeant).reduce((total, { count }) => total + count, 0);
  const isApplied = ({ state, revision }: Counted) => state === "APPLIED" && revision === present;
  return {
    targeted: sum(({ state }) => state !== "LEAVING"),
    applied: sum(isApplied),
    converged: sum((one) => isApplied(one) && one.sync === "SYNCED"),
    failed: sum((one) => one.state === "REFUSED" || (isApplied(one) && one.sync === "FAILED")),
  };
}
