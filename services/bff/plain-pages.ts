import type { IncomingMessage } from "node:http";
import { type Answer, jsonAnswer, textAnswer } from "./answer.ts";

/** Of this node alone. */
export type Health = { readonly ready: boolean; readonly problems: readonly string[] };

/** By path. */
export type PlainPages = Readonly<Record<string, (request: IncomingMessage) => Answer>>;

type PlainOptions = { readonly metricsText: () => string; readonly health: () => Health };

/** Pages without a token: they carry no secrets and no gateway ids. */
export function plainPages({ metricsText, health }: PlainOptions): Readonly<Record<string, () => Answer>> {
  return {
    "/healthz": () => jsonAnswer(200, { status: "ok" }),
    "/readyz": () => {
      const { ready, problems } = health();
      return jsonAnswer(ready ? 200 : 503, { ready, problems });
    },
    "/metrics": () => textAnswer("text/plain; version=0.0.4; charset=utf-8", metricsText()),
  };
}
