import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** `gtk`: of an API key; `gts`: of a user's session. */
export type TokenKind = "gtk" | "gts";

/** Says where to look, so that no other row needs to be tried. */
export type TokenId = { readonly kind: TokenKind; readonly id: string };

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
const TOKEN = /^(gtk|gts)_([a-z2-7]{12})_[\w-]{43}$/;

/** 60 random bits that tell it from others, and 256 that nobody can guess: a quick hash of them is enough. */
export function newToken(kind: TokenKind) {
  const id = Array.from(randomBytes(12), (byte) => BASE32[byte % 32]).join("");
  const token = `${prefixOf(kind, id)}_${randomBytes(32).toString("base64url")}`;
  return { id, token, tokenHash: hashToken(token) };
}

export function prefixOf(kind: TokenKind, id: string): string {
  return `${kind}_${id}`;
}

/** Undefined for what is not made here, such as the token of the bootstrap key. */
export function tokenIdOf(token: string): TokenId | undefined {
  const [, kind, id] = TOKEN.exec(token) ?? [];
  return id !== undefined && (kind === "gtk" || kind === "gts") ? { kind, id } : undefined;
}

export function isTokenOf(token: string, tokenHash: string): boolean {
  const [actual, expected] = [Buffer.from(hashToken(token)), Buffer.from(tokenHash)];
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

function hashToken(token: string): string {
  return `sha256$${createHash("sha256").update(token).digest("base64url")}`;
}
