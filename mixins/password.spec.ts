import { describe, expect, test } from "vitest";
import { hashPassword, RANDOM_SECRET_COST, verifyPassword } from "./password.ts";

describe("password", () => {
  test("a hash fits its own password alone", async () => {
    const stored = await hashPassword("secret", RANDOM_SECRET_COST);
    expect(stored).toMatch(/^scrypt\$512\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(await verifyPassword("secret", stored)).toBe(true);
    expect(await verifyPassword("Secret", stored)).toBe(false);
    expect(await verifyPassword("", stored)).toBe(false);
  });

  test("two hashes of one password are different", async () => {
    const hashes = await Promise.all([1, 2].map(() => hashPassword("secret", RANDOM_SECRET_COST)));
    expect(new Set(hashes).size).toBe(2);
  });

  test.each([
    "",
    "secret",
    "scrypt$512$8$1$c2FsdA$",
    "scrypt$0$0$0$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "scrypt$99999999999$8$1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "md5$512$8$1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  ])("no password fits the stored text %j", async (stored) => {
    expect(await verifyPassword("secret", stored)).toBe(false);
  });
});
