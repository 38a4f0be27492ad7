import { UniqueConstraintError } from "sequelize";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { GatewayWithCredentials, NewGateway } from "../../../actors/contracts/gateways.ts";
import { newGatewayId, newSecrets, type Secret } from "./credentials.ts";
import type { Registry } from "./registry.ts";
import { type GatewayRow, gatewayOf } from "./rows.ts";

/** All of them or none. `finishDeletion` ends what was begun with gateways of the same ids. */
export async function createGateways(
  gateways: Registry,
  requests: readonly NewGateway[],
  { now, by }: { readonly now: number; readonly by: string },
  finishDeletion: (gatewayId: string) => Promise<void>,
): Promise<GatewayWithCredentials[]> {
  const named = requests.map((request) => ({ ...request, gatewayId: request.gatewayId ?? newGatewayId() }));
  const ids = named.map(({ gatewayId }) => gatewayId);
  refuse(ids.find((id, index) => ids.indexOf(id) !== index));
  await makeRoom(gateways, ids, finishDeletion);
  const secrets = await newSecrets(named.length);
  const created = named.flatMap((request, index) => pairOf(request, secrets[index], now));
  await insert(
    gateways,
    created.map(({ row }) => row),
    by,
  );
  return created.map(({ row, password }) => withCredentials(row, password));
}

export function withCredentials(row: GatewayRow, password: string): GatewayWithCredentials {
  return { ...gatewayOf(row), credentials: { username: row.gatewayId, password } };
}

async function makeRoom(
  gateways: Registry,
  ids: readonly string[],
  finishDeletion: (gatewayId: string) => Promise<void>,
): Promise<void> {
  const known = await gateways.findMany(ids);
  refuse(known.find(({ deleting }) => !deleting)?.gatewayId);
  for (const { gatewayId } of known) await finishDeletion(gatewayId);
}

async function insert(gateways: Registry, rows: readonly GatewayRow[], by: string): Promise<void> {
  const ids = rows.map(({ gatewayId }) => gatewayId);
  try {
    await gateways.insert(rows, by);
  } catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error;
    // Somebody else was faster.
    const [known] = await gateways.findMany(ids);
    refuse(known?.gatewayId ?? ids[0]);
  }
}

function refuse(gatewayId: string | undefined): void {
  if (gatewayId !== undefined) throw new DomainError("GATEWAY_EXISTS", { gatewayId });
}

function pairOf(request: NewGateway & { gatewayId: string }, secret: Secret | undefined, now: number) {
  if (!secret) return [];
  const { gatewayId, displayName = "", labels = {} } = request;
  const { password, passwordHash } = secret;
  const row = {
    gatewayId,
    displayName,
    labels,
    passwordHash,
    createTime: now,
    updateTime: now,
    deleting: false,
  };
  return [{ row, password }];
}
