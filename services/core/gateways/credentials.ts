import { randomBytes } from "node:crypto";
import { hashPassword, RANDOM_SECRET_COST } from "../../../mixins/password.ts";

export type Secret = { readonly password: string; readonly passwordHash: string };

const HASHES_AT_ONCE = 4;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

export async function newSecret(): Promise<Secret> {
  const password = randomBytes(32).toString("base64url");
  return { password, passwordHash: await hashPassword(password, RANDOM_SECRET_COST) };
}

/** A few at a time: hashing takes threads that files and names are looked up with, too. */
export async function newSecrets(count: number): Promise<Secret[]> {
  const secrets: Secret[] = [];
  while (secrets.length < count) {
    const size = Math.min(HASHES_AT_ONCE, count - secrets.length);
    secrets.push(...(await Promise.all(Array.from({ length: size }, newSecret))));
  }
  return secrets;
}

/** `gw-` and 12 characters of base32: 60 random bits. */
export function newGatewayId(): string {
  return `gw-${Array.from(randomBytes(12), (byte) => BASE32[byte % 32]).join("")}`;
}
