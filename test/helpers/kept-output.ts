import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Names the folder, for the processes of a test run. */
const VARIABLE = "KEPT_OUTPUT";
const SECRETS = "secrets";

/** A member of a body, as it was sent or came; shorter ones are words that tests send in the wrong place. */
const SECRET = /"(?:password|currentPassword|newPassword|token)":"([^"\\\s]{12,})"/g;

/** From now on the run keeps what the product writes, and the secrets that are used. The returned function forgets it. */
export function keepOutput(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "gateway-twin-output-"));
  process.env[VARIABLE] = folder;
  return () => rmSync(folder, { recursive: true });
}

export function keep(pid: number | undefined, text: string): void {
  append(`${pid}.log`, text);
}

/** Of a body that went to or came from the product. */
export function keepSecretsOf(body: string): void {
  for (const [, secret] of body.matchAll(SECRET)) keepSecret(secret ?? "");
}

export function keepSecret(secret: string): void {
  append(SECRETS, `${secret}\n`);
}

/** The lines in which a secret is, without it. */
export function linesWithSecrets(): string[] {
  const folder = process.env[VARIABLE] ?? "";
  const files = readdirSync(folder).filter((name) => name !== SECRETS);
  const secrets = readSecrets(folder);
  return files
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
    .flatMap((line) => {
      const secret = secrets.find((each) => line.includes(each));
      return secret === undefined ? [] : [line.replaceAll(secret, "[the secret]")];
    });
}

function readSecrets(folder: string): string[] {
  const hasSome = readdirSync(folder).includes(SECRETS);
  const lines = hasSome ? readFileSync(join(folder, SECRETS), "utf8").split("\n") : [];
  return [...new Set(lines)].filter((line) => line !== "");
}

function append(name: string, text: string): void {
  const folder = process.env[VARIABLE];
  if (folder !== undefined) appendFileSync(join(folder, name), text);
}
