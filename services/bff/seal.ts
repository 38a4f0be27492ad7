import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts so that only who knows the passphrase, and not the database, can read it: AES-256-GCM, base64. */
export function seal(text: string, passphrase: string): string {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(passphrase, salt), nonce);
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([salt, nonce, cipher.getAuthTag(), body]).toString("base64");
}

/** Throws when the passphrase is another one or the sealed text was changed. */
export function open(sealed: string, passphrase: string): string {
  const bytes = Buffer.from(sealed, "base64");
  const salt = bytes.subarray(0, SALT_BYTES);
  const nonce = bytes.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES);
  const tag = bytes.subarray(SALT_BYTES + NONCE_BYTES, SALT_BYTES + NONCE_BYTES + TAG_BYTES);
  const cipher = createDecipheriv("aes-256-gcm", keyOf(passphrase, salt), nonce, {
    authTagLength: TAG_BYTES,
  });
  cipher.setAuthTag(tag);
  const body = bytes.subarray(SALT_BYTES + NONCE_BYTES + TAG_BYTES);
  return Buffer.concat([cipher.update(body), cipher.final()]).toString("utf8");
}

function keyOf(passphrase: string, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", passphrase, salt, "gateway-twin kept answer", 32));
}
