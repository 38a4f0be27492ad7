import type { ServerResponse } from "node:http";
import type { Binding } from "./binding.ts";

/** A whole HTTP answer before it is sent; also what is kept for an Idempotency-Key. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  const type = { "Content-Type": "application/json; charset=utf-8" };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(value) };
}

export function textAnswer(contentType: string, body: string): Answer {
  return { status: 200, headers: { "Content-Type": contentType }, body };
}

/** What an action returned, as the contract's binding presents it. */
export function resultAnswer(binding: Binding, path: string, result: unknown): Answer {
  if (binding.status === 204) return { status: 204, headers: {}, body: "" };
  const etag = binding.returnsTwin ? { ETag: etagOf(memberOf(result, "version")) } : {};
  const id = binding.created && memberOf(result, binding.created);
  const location = id === undefined ? {} : { Location: `${path}/${encoded(String(id))}` };
  return jsonAnswer(statusOf(binding, result), result, { ...etag, ...location });
}

function statusOf({ status, pendingStatus }: Binding, result: unknown): number {
  return pendingStatus !== undefined && memberOf(result, "state") === "PENDING" ? pendingStatus : status;
}

function memberOf(result: unknown, name: string): unknown {
  return typeof result === "object" && result !== null ? Reflect.get(result, name) : undefined;
}

function etagOf(version: unknown): string {
  return `"${version}"`;
}

function encoded(id: string): string {
  return encodeURIComponent(id).replaceAll("%3A", ":");
}

/** Nothing is sent to who has gone away already. */
export function send(response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const { status, headers, body } = answer;
  const length =
    status === 204 || status === 304 ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  response.writeHead(status, { ...headers, ...length });
  response.end(status === 304 ? undefined : body);
}
