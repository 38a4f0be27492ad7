import { randomBytes } from "node:crypto";
import { CHOSEN_SECRET_COST, hashPassword, verifyPassword } from "../../mixins/password.ts";
import type { ApiKeys } from "./api-keys.ts";

export type BootstrapOptions = {
  /** Chosen by the operator; else one is generated when there is none yet. */
  readonly adminToken: string | undefined;
  /** Shows a generated token to the operator: it cannot be had again. */
  readonly announce: (token: string) => void;
  readonly clock: () => number;
};

const KEY_ID = "bootstrap";

/** Sees to it that there is an admin key. */
export async function bootstrapAdmin(keys: ApiKeys, options: BootstrapOptions): Promise<void> {
  const { adminToken, announce } = options;
  const known = await keys.find(KEY_ID);
  if (adminToken === undefined) {
    if (known) return;
    const token = `gta_${randomBytes(32).toString("base64url")}`;
    await store(keys, token, options);
    announce(token);
  } else if (!known || !(await verifyPassword(adminToken, known.tokenHash))) {
    await store(keys, adminToken, options);
  }
}

async function store(keys: ApiKeys, token: string, { clock }: BootstrapOptions): Promise<void> {
  const tokenHash = await hashPassword(token, CHOSEN_SECRET_COST);
  await keys.put({ keyId: KEY_ID, displayName: "admin", role: "admin", tokenHash, createTime: clock() });
}
