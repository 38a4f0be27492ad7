import type { IncomingMessage } from "node:http";
import { hasBody } from "./body.ts";

const deadlines = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** `onLate` is called when the request's body is not complete after so many milliseconds. */
export function limitBody(request: IncomingMessage, ms: number, onLate: () => void): void {
  if (!hasBody(request)) return;
  const timer = setTimeout(() => request.complete || onLate(), ms);
  deadlines.set(request, timer);
  request.once("close", () => clearTimeout(timer));
}

/** The body comes along: it has the same time once more. */
export function extendBodyLimit(request: IncomingMessage): void {
  deadlines.get(request)?.refresh();
}
