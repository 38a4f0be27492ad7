import { type QueryInterface, QueryTypes } from "sequelize";

type Compat = { readonly oldestVersion: string; readonly unusable: string | null };

/**
 * Throws one line that says what to do when this version must not work with the store: it is too old for the schema,
 * or the store is not whole. A schema that is only newer is no reason: migrations add first, and a node of the version
 * before goes on.
 */
export async function requireUsable(context: QueryInterface, version: string): Promise<void> {
  const compat = await compatOf(context);
  if (!compat) return;
  if (compat.unusable !== null) throw new Error(compat.unusable);
  if (isOlder(version, compat.oldestVersion))
    throw new Error(
      `its schema needs version ${compat.oldestVersion} or later, and this is ${version}; start a later version, ` +
        "or restore a backup that this version has made",
    );
}

/** What a migration takes away is missed by all versions before this one: from now on they are refused. */
export async function refuseOlder(context: QueryInterface, version: string): Promise<void> {
  const { oldestVersion } = (await compatOf(context)) ?? { oldestVersion: version };
  if (isOlder(oldestVersion, version))
    await context.bulkUpdate("schema_compat", { oldest_version: version }, { id: 1 });
}

/** Nobody starts on the store while there is a reason. */
export async function markUnusable(context: QueryInterface, reason: string | null): Promise<void> {
  await context.bulkUpdate("schema_compat", { unusable: reason }, { id: 1 });
}

/** Undefined where there is none yet: in a new store, or one of version 0.4. */
export async function compatOf(context: QueryInterface): Promise<Compat | undefined> {
  if (!(await context.tableExists("schema_compat"))) return undefined;
  const sql = "SELECT oldest_version AS oldestVersion, unusable FROM schema_compat WHERE id = 1";
  const [compat] = await context.sequelize.query<Compat>(sql, { type: QueryTypes.SELECT });
  return compat;
}

/** By numbers: "0.9.0" is older than "0.10.0". */
function isOlder(one: string, other: string): boolean {
  const numbers = (version: string) => version.split(/[.-]/).slice(0, 3).map(Number);
  const [left, right] = [numbers(one), numbers(other)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at >= 0 && (left[at] ?? 0) < (right[at] ?? 0);
}
