import { randomBytes } from "node:crypto";
import { CHOSEN_SECRET_COST, hashPassword, verifyPassword } from "../../../mixins/password.ts";
import { type ApiKeyRow, type ApiKeys, BOOTSTRAP_KEY_ID } from "./api-keys.ts";

export type BootstrapOptions = {
  /** Chosen by the operator; else one is generated when there is none yet. */
  readonly adminToken: string | undefined;
  /** Shows a generated token to the operator: it cannot be had again. */
  readonly announce: (token: string) => void;
  readonly clock: () => number;
};

/** Sees to it that there is an admin key. */
export async function bootstrapAdmin(keys: ApiKeys, options: BootstrapOptions): Promise<void> {
  const { adminToken, announce } = options;
  const known = await keys.find(BOOTSTRAP_KEY_ID);
  if (adminToken === undefined) {
    if (known) return;
    const token = `gta_${randomBytes(32).toString("base64url")}`;
    // Another node may be as far as this one: only the token that was stored is shown.
    if (await keys.add(await adminKey(token, options))) announce(token);
  } else if (!known || !(await verifyPassword(adminToken, known.tokenHash))) {
    await keys.put(await adminKey(adminToken, options));
  }
}

async function adminKey(token: string, { clock }: BootstrapOptions): Promise<ApiKeyRow> {
  const now = clock();
  return {
    keyId: BOOTSTRAP_KEY_ID,
    displayName: "admin",
    role: "admin",
    tokenHash: await hashPassword(token, CHOSEN_SECRET_COST),
    gatewayFilter: "",
    expireTime: null,
    lastUsedTime: null,
    createTime: now,
    updateTime: now,
  };
}
