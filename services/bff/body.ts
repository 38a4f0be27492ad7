import type { IncomingMessage } from "node:http";
import { DomainError } from "../../actors/contracts/errors.ts";
import { isJsonObject, type JsonValue } from "../../actors/contracts/json.ts";

/** The client went away before its request was complete: there is nobody to answer. */
export class ClientGone extends Error {}

const NO_BODY = Buffer.alloc(0);

/** Nearly all reads have none: only these headers announce one. */
export function hasBody({ headers }: Pick<IncomingMessage, "headers">): boolean {
  return headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
}

/** The whole body, or an error as soon as it is known to be too large; then the rest is thrown away unread. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (request.destroyed) return Promise.reject(new ClientGone());
  if (!hasBody(request)) return Promise.resolve(NO_BODY);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = () => {
      request.off("data", take).resume();
      reject(new DomainError("PAYLOAD_TOO_LARGE", { what: "body", limit }));
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else refuse();
    };
    if (Number(request.headers["content-length"]) > limit) return refuse();
    request.on("data", take);
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", () => reject(new ClientGone()));
    request.on("close", () => request.complete || reject(new ClientGone()));
  });
}

/** Deeper than any action needs; what goes through a body level by level can bear it. */
const MAX_DEPTH = 32;

/** Undefined for no body at all. */
export function parseJson(bytes: Buffer): JsonValue | undefined {
  if (bytes.length === 0) return undefined;
  const text = decode(bytes);
  try {
    const value: JsonValue = JSON.parse(text);
    checkValue(value, 1);
    return value;
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError("MALFORMED_JSON", { problem: error instanceof Error ? error.message : "?" });
  }
}

/** What is JSON, but would come out otherwise at the other end, or break what handles it. */
function checkValue(value: JsonValue, level: number): void {
  if (typeof value === "number" && !Number.isFinite(value))
    throw new DomainError("NUMBER_TOO_LARGE", { what: "body" });
  if (typeof value !== "object" || value === null) return;
  if (level > MAX_DEPTH) throw new DomainError("TOO_DEEP", { what: "body", limit: MAX_DEPTH });
  if (Object.hasOwn(value, "__proto__"))
    throw new DomainError("KEY_NOT_ALLOWED", { key: "__proto__", what: "body" });
  for (const member of Object.values(value)) checkValue(member, level + 1);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DomainError("INVALID_UTF8");
  }
}

/** The members of a body that is an object; none without a body. */
export function membersOf(body: JsonValue | undefined): [string, JsonValue][] {
  if (body === undefined) return [];
  if (!isJsonObject(body)) throw new DomainError("NOT_AN_OBJECT", { what: "body" });
  return Object.entries(body);
}
