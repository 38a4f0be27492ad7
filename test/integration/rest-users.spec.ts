import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, fieldsOf, type RestHarness, reasonOf, startRest } from "./rest-harness.ts";

const PASSWORD = "correct horse battery";
const HOUR_MS = 3_600_000;

let rest: RestHarness;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest.stop());

const post = (path: string, body: object, token?: string | null) =>
  rest.request("POST", path, { body, ...(token !== undefined && { token }) });
const patch = (path: string, body: object, token?: string) =>
  rest.request("PATCH", path, { body, ...(token !== undefined && { token }) });
const outcome = (answer: Answer) => [answer.status, reasonOf(answer)];

async function newUser(userId: string, role = "operator"): Promise<void> {
  expect((await post("/v1/users", { userId, role, password: PASSWORD })).status).toBe(201);
}

const signIn = (userId: string, password = PASSWORD) => post("/v1/sessions", { userId, password }, null);

async function tokenOf(userId: string, password = PASSWORD): Promise<string> {
  const answer = await signIn(userId, password);
  expect(answer.status).toBe(201);
  return String(answer.body.token);
}

/** Is the token good for anything? */
async function isKnown(token: string): Promise<boolean> {
  const { status } = await rest.request("GET", "/v1/gateways", { token });
  expect([200, 401]).toContain(status);
  return status === 200;
}

describe("users", () => {
  test("are made, read, listed, changed and deleted, without ever showing the password", async () => {
    const created = await post("/v1/users", {
      userId: "ann",
      displayName: "Ann",
      role: "viewer",
      password: PASSWORD,
    });
    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe("/v1/users/ann");
    const user = { userId: "ann", displayName: "Ann", role: "viewer", disabled: false };
    expect(Object.keys(created.body).sort()).toEqual(
      [...Object.keys(user), "createTime", "updateTime"].sort(),
    );
    expect(created.body).toMatchObject(user);
    expect(await rest.request("GET", "/v1/users/ann")).toMatchObject({ status: 200, body: user });
    expect(outcome(await post("/v1/users", { userId: "ann", role: "viewer", password: PASSWORD }))).toEqual([
      409,
      "USER_EXISTS",
    ]);
    const changed = await patch("/v1/users/ann", { displayName: "Anna", role: "operator" });
    expect(changed.body).toMatchObject({ displayName: "Anna", role: "operator" });
    const made = await post("/v1/users", { role: "viewer", password: PASSWORD });
    expect(made.body.userId).toMatch(/^user-[0-9a-f]{12}$/);
    const page = await rest.request("GET", "/v1/users?pageSize=1&orderBy=userId%20desc");
    expect(page.body.users).toMatchObject([{ userId: made.body.userId }]);
    const next = `/v1/users?pageSize=1&orderBy=userId%20desc&pageToken=${page.body.nextPageToken}`;
    expect((await rest.request("GET", next)).body).toMatchObject({
      users: [{ userId: "ann" }],
      nextPageToken: "",
    });
    expect((await rest.request("GET", "/v1/users?filter=role%20=%20operator")).body.users).toHaveLength(1);
    for (const userId of ["ann", made.body.userId]) {
      expect((await rest.request("DELETE", `/v1/users/${userId}`)).status).toBe(204);
    }
    expect(outcome(await rest.request("GET", "/v1/users/ann"))).toEqual([404, "USER_NOT_FOUND"]);
    expect(outcome(await patch("/v1/users/ann", {}))).toEqual([404, "USER_NOT_FOUND"]);
    expect(outcome(await rest.request("DELETE", "/v1/users/ann"))).toEqual([404, "USER_NOT_FOUND"]);
  });

  test.each([
    [{ userId: "Ann", role: "viewer", password: PASSWORD }, "userId"],
    [{ role: "thirdparty", password: PASSWORD }, "role"],
    [{ role: "viewer", password: "123456789" }, "password"],
    [{ role: "viewer" }, "password"],
    [{ role: "viewer", password: PASSWORD, disabled: true }, "disabled"],
  ])("%j is refused", async (body, field) => {
    const answer = await post("/v1/users", body);
    expect([answer.status, fieldsOf(answer)]).toEqual([400, [field]]);
  });

  test("an admin cannot shut himself out", async () => {
    await newUser("root", "admin");
    const token = await tokenOf("root");
    for (const body of [{ disabled: true }, { role: "viewer" }]) {
      expect(outcome(await patch("/v1/users/root", body, token))).toEqual([409, "OWN_ACCESS"]);
    }
    expect(outcome(await rest.request("DELETE", "/v1/users/root", { token }))).toEqual([409, "OWN_ACCESS"]);
    expect((await patch("/v1/users/root", { displayName: "R", role: "admin" }, token)).status).toBe(200);
    expect(await isKnown(token)).toBe(true);
  });
});

describe("a session", () => {
  test("is had for the password, without another token, and acts as the user", async () => {
    await newUser("bob");
    const answer = await signIn("bob");
    expect(answer.body).toMatchObject({ user: { userId: "bob", role: "operator" } });
    expect(answer.body.token).toMatch(/^gts_[a-z2-7]{12}_[\w-]{43}$/);
    expect(answer.body.expireTime).toBe(new Date(rest.time.now + 12 * HOUR_MS).toISOString());
    const created = await post("/v1/gateways", {}, String(answer.body.token));
    expect(outcome(created)).toEqual([403, "PERMISSION_DENIED"]);
  });

  test("is had anew each time, whatever Idempotency-Key comes with it", async () => {
    await newUser("ida");
    const options = { body: { userId: "ida", password: PASSWORD }, token: null };
    const again = () =>
      rest.request("POST", "/v1/sessions", { ...options, headers: { "idempotency-key": "k" } });
    expect((await again()).body.token).not.toBe((await again()).body.token);
  });

  test("ends at its time, used or not", async () => {
    await newUser("tom");
    const token = await tokenOf("tom");
    rest.time.now += 12 * HOUR_MS - 1;
    expect(await isKnown(token)).toBe(true);
    rest.time.now += 1;
    expect(await isKnown(token)).toBe(false);
  });

  test("ends when its user signs out; the others go on", async () => {
    await newUser("eve");
    const [token, other] = [await tokenOf("eve"), await tokenOf("eve")];
    expect(await isKnown(token)).toBe(true);
    expect((await rest.request("DELETE", "/v1/sessions/current", { token })).status).toBe(204);
    expect([await isKnown(token), await isKnown(other)]).toEqual([false, true]);
    const withKey = await rest.request("DELETE", "/v1/sessions/current");
    expect(outcome(withKey)).toEqual([404, "SESSION_NOT_FOUND"]);
  });

  test.each<[string, (path: string) => Promise<Answer>, boolean]>([
    ["is disabled", (path) => patch(path, { disabled: true }), false],
    ["gets another password", (path) => patch(path, { password: "another password" }), false],
    ["is deleted", (path) => rest.request("DELETE", path), false],
    ["gets another role", (path) => patch(path, { role: "viewer" }), true],
  ])("when its user %s, at once", async (_, change, goesOn) => {
    const userId = `user-${crypto.randomUUID().slice(0, 8)}`;
    await newUser(userId);
    const token = await tokenOf(userId);
    expect(await isKnown(token)).toBe(true);
    expect((await change(`/v1/users/${userId}`)).status).toBeLessThan(300);
    expect(await isKnown(token)).toBe(goesOn);
    const made = await patch("/v1/gateways/none", {}, token);
    expect(made.status).toBe(goesOn ? 403 : 401);
  });

  test("does not outlive a change of the password that happens while it is made", async () => {
    await newUser("race");
    const tokens = await Promise.all([
      ...Array.from({ length: 5 }, () => signIn("race")),
      patch("/v1/users/race", { password: "quite another one" }),
      ...Array.from({ length: 5 }, () => signIn("race")),
    ]);
    const got = tokens.flatMap(({ body }) => (body.token === undefined ? [] : [String(body.token)]));
    for (const token of got) expect(await isKnown(token)).toBe(false);
    expect(await isKnown(await tokenOf("race", "quite another one"))).toBe(true);
  });
});

describe("a password", () => {
  const change = (userId: string, token: string, currentPassword: string) =>
    post(`/v1/users/${userId}:changePassword`, { currentPassword, newPassword: "a newer password" }, token);

  test("is changed by its user, who knows the old one; all sessions end", async () => {
    await newUser("kim", "viewer");
    await newUser("kai", "admin");
    const [token, other] = [await tokenOf("kim"), await tokenOf("kim")];
    const wrong = await change("kim", token, "not this one");
    expect([wrong.status, fieldsOf(wrong)]).toEqual([400, ["currentPassword"]]);
    expect(outcome(await change("kim", await tokenOf("kai"), PASSWORD))).toEqual([403, "PERMISSION_DENIED"]);
    expect((await change("kim", token, PASSWORD)).status).toBe(200);
    expect([await isKnown(token), await isKnown(other)]).toEqual([false, false]);
    expect(outcome(await signIn("kim"))).toEqual([401, "WRONG_PASSWORD"]);
    expect(await isKnown(await tokenOf("kim", "a newer password"))).toBe(true);
  });

  test("that is wrong, of nobody and of who is disabled are the same to see", async () => {
    rest.time.now += 60_001;
    await newUser("off");
    await patch("/v1/users/off", { disabled: true });
    const answers = [await signIn("off"), await signIn("nobody"), await signIn("root", "wrong password")];
    const texts = answers.map(({ body: { error } }) => JSON.stringify({ ...error, requestId: "" }));
    expect(new Set(texts).size).toBe(1);
    expect(answers[0] && outcome(answers[0])).toEqual([401, "WRONG_PASSWORD"]);
    expect(answers[0]?.headers.get("www-authenticate")).toMatch(/^Bearer/);
  });

  test("is not guessed: too many wrong ones of a user, and after the window the right one works", async () => {
    rest.time.now += 60_001;
    await newUser("aim");
    await newUser("zoe");
    const guesses = await Promise.all(Array.from({ length: 40 }, (_, n) => signIn("aim", `guess ${n}`)));
    const tried = guesses.filter(({ status }) => status === 401);
    expect(tried.length).toBeGreaterThanOrEqual(10);
    expect(tried.length).toBeLessThanOrEqual(20);
    expect(guesses.length - tried.length).toBe(guesses.filter(({ status }) => status === 429).length);
    const limited = await signIn("aim");
    expect(outcome(limited)).toEqual([429, "RATE_LIMITED"]);
    expect(limited.headers.get("retry-after")).toBe("60");
    rest.time.now += 60_001;
    expect((await signIn("aim")).status).toBe(201);
  });

  test("of another user is taken while one user's is guessed", async () => {
    rest.time.now += 60_001;
    for (let n = 0; n < 10; n++) expect((await signIn("aim", `guess ${n}`)).status).toBe(401);
    expect((await signIn("aim")).status).toBe(429);
    expect((await signIn("zoe")).status).toBe(201);
  });
});

test("nothing secret is logged, or in the tables, or in an answer", async () => {
  rest.time.now += 60_001;
  await newUser("quiet");
  const token = await tokenOf("quiet");
  await post("/v1/users", { userId: "quiet", role: "viewer", password: PASSWORD });
  await post("/v1/sessions", { userId: "quiet", password: 7 }, null);
  const answers = [
    await rest.request("GET", "/v1/users"),
    await rest.request("GET", "/v1/users/quiet"),
    await signIn("quiet", "wrong password"),
  ];
  const [users] = await rest.sequelize.query("SELECT * FROM users");
  const [sessions] = await rest.sequelize.query("SELECT * FROM user_sessions");
  const seen = JSON.stringify([rest.logged, answers.map(({ body }) => body), users, sessions]);
  for (const secret of [PASSWORD, token, "wrong password"]) expect(seen).not.toContain(secret);
  expect(JSON.stringify([rest.logged, answers.map(({ body }) => body)])).not.toMatch(/scrypt\$|sha256\$/);
});
