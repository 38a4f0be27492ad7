import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

type Cost = { readonly N: number; readonly r: number; readonly p: number };

/** About 1 ms. Only for secrets of 256 random bits, which nobody can guess however fast guesses are. */
export const RANDOM_SECRET_COST: Cost = { N: 512, r: 8, p: 1 };
/** About 40 ms and 16 MiB: for what people choose. */
export const CHOSEN_SECRET_COST: Cost = { N: 16_384, r: 8, p: 1 };

const MAX_MEMORY = 64 * 1024 * 1024;

/** `scrypt$N$r$p$salt$hash`, the last two in base64url. */
export async function hashPassword(password: string, cost: Cost): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, 32, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Also false for what is not such a hash. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [scheme, n, r, p, salt = "", expected = ""] = stored.split("$");
  const hash = Buffer.from(expected, "base64url");
  if (scheme !== "scrypt" || hash.length < 16) return false;
  const cost = { N: Number(n), r: Number(r), p: Number(p) };
  const actual = await derive(password, Buffer.from(salt, "base64url"), hash.length, cost).catch(
    () => undefined,
  );
  return actual !== undefined && timingSafeEqual(actual, hash);
}

function derive(password: string, salt: Buffer, length: number, cost: Cost): Promise<Buffer> {
  const options: ScryptOptions = { ...cost, maxmem: MAX_MEMORY };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
