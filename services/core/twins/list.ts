import { Type } from "typebox";
import type { Params, Result } from "../../../actors/contracts/contract.ts";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import type { JsonValue } from "../../../actors/contracts/json.ts";
import { PRESENCE_STATES, type PresenceState } from "../../../actors/contracts/presence.ts";
import { Twin } from "../../../actors/contracts/twins.ts";
import { type Caller, call } from "../../../mixins/bridge.ts";
import { comparisonsOf } from "../../../mixins/filter/ast.ts";
import { matches, valueAt } from "../../../mixins/filter/matches.ts";
import { parseFilter, requireFields } from "../../../mixins/filter/parse.ts";
import { printFilter } from "../../../mixins/filter/print.ts";
import { keyOfToken, orderOf, pageSizeOf, pageTokenOf } from "../../../mixins/paging.ts";

const PLAIN_FIELDS = ["gatewayId", "version", "inSync", "createTime", "updateTime"] as const;
const PRESENCE = "presence";
const ROOTS = ["desired", "reported", "labels"];
const MEMBERS = { ...Twin.properties, [PRESENCE]: Type.Enum(PRESENCE_STATES) };
/** Twins that one call looks at; a page may be short, or empty, and still have a next one (AIP-158). */
const MAX_SCANNED = 2000;

type Row = {
  readonly twin: Twin;
  readonly gateway: Gateway;
  /** Only when the filter asks for it. */
  readonly presence: PresenceState | undefined;
};

/** Walks the gateways by id and reads their twins; no view is older than what anybody was told before. */
export async function listTwins(
  params: Params<"twins.list">,
  caller: Caller,
  twinsOf: (gateways: readonly Gateway[]) => Promise<readonly Twin[]>,
): Promise<Result<"twins.list">> {
  const filter = parseFilter(params.filter);
  requireFields(filter, isKnown, MEMBERS);
  const namesPresence = comparisonsOf(filter).some(({ path }) => path[0] === PRESENCE);
  const rowsOf = async (gateways: readonly Gateway[]) =>
    rows(
      gateways,
      ...(await Promise.all([twinsOf(gateways), namesPresence ? presenceOf(caller, gateways) : []])),
    );
  const { descending } = orderOf(params.orderBy, ["gatewayId"]);
  const orderBy = descending ? "gatewayId desc" : "gatewayId";
  const scope = ["twins", printFilter(filter), orderBy];
  const pageSize = pageSizeOf(params.pageSize);
  const found: Twin[] = [];
  let [token = ""] = keyOfToken(params.pageToken, scope, [""]) ?? [];
  let scanned = 0;
  do {
    const chunk = { pageSize: pageSize - found.length, pageToken: String(token), orderBy };
    const { gateways, nextPageToken } = await call(caller, "gateways.list", chunk);
    for (const row of await rowsOf(gateways)) {
      if (matches(filter, (path) => fieldOf(row, path))) found.push(row.twin);
    }
    token = nextPageToken;
    scanned += gateways.length;
  } while (token !== "" && found.length < pageSize && scanned < MAX_SCANNED);
  return { twins: found, nextPageToken: pageTokenOf(scope, token === "" ? undefined : [token]) };
}

function isKnown([field = "", ...below]: readonly string[]): boolean {
  if (ROOTS.includes(field)) return true;
  return below.length === 0 && (field === PRESENCE || PLAIN_FIELDS.some((each) => each === field));
}

/** A twin that could not be read has none. */
function rows(gateways: readonly Gateway[], twins: readonly Twin[], states: readonly PresenceState[]): Row[] {
  const twinOf = new Map(twins.map((twin) => [twin.gatewayId, twin]));
  return gateways.flatMap((gateway, index) => {
    const twin = twinOf.get(gateway.gatewayId);
    return twin ? [{ twin, gateway, presence: states[index] }] : [];
  });
}

async function presenceOf(caller: Caller, gateways: readonly Gateway[]): Promise<PresenceState[]> {
  const gatewayIds = gateways.map(({ gatewayId }) => gatewayId);
  return (await call(caller, "presence.states", { gatewayIds })).states;
}

function fieldOf(
  { twin, gateway, presence }: Row,
  [field = "", ...below]: readonly string[],
): JsonValue | undefined {
  switch (field) {
    case "desired":
      return valueAt(twin.desired.state, below);
    case "reported":
      return valueAt(twin.reported.state, below);
    case "labels":
      return valueAt(gateway.labels, below.length === 0 ? [] : [below.join(".")]);
    case PRESENCE:
      return presence;
    default: {
      const plain = PLAIN_FIELDS.find((each) => each === field);
      return plain && twin[plain];
    }
  }
}
