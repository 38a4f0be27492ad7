import type { IncomingMessage } from "node:http";

const deadlines = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** `onLate` is called when the request's body is not complete after so many milliseconds. */
export function limitBody(request: IncomingMessage, ms: number, onLate: () => void): void {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  if (length === undefined && encoding === undefined) return;
  const timer = setTimeout(() => request.complete || onLate(), ms);
  deadlines.set(request, timer);
  request.once("close", () => clearTimeout(timer));
}

/** The body comes along: it has the same time once more. */
export function extendBodyLimit(request: IncomingMessage): void {
  deadlines.get(request)?.refresh();
}
