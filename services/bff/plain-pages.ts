import { type Answer, jsonAnswer, textAnswer } from "./answer.ts";

/** Of this node alone. */
export type Health = { readonly ready: boolean; readonly problems: readonly string[] };

export type PlainPages = Readonly<Record<string, () => Answer>>;

/** Pages without a token: they carry no secrets and no gateway ids. */
export function plainPages(options: { metricsText: () => string; health: () => Health }): PlainPages {
  const { metricsText, health } = options;
  return {
    "/healthz": () => jsonAnswer(200, { status: "ok" }),
    "/readyz": () => {
      const { ready, problems } = health();
      return jsonAnswer(ready ? 200 : 503, { ready, problems });
    },
    "/metrics": () => textAnswer("text/plain; version=0.0.4; charset=utf-8", metricsText()),
  };
}
