import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";

const Labels = Type.Record(Type.String(), Type.String());
const Point = Type.Tuple([Type.Number(), Type.String()]);

const queryAnswer = Compile(
  Type.Object({
    data: Type.Union([
      Type.Object({
        resultType: Type.Literal("vector"),
        result: Type.Array(Type.Object({ metric: Labels, value: Point })),
      }),
      Type.Object({ resultType: Type.Literal("scalar"), result: Point }),
    ]),
  }),
);
const Alert = Type.Object({ labels: Labels, state: Type.String() });
const alertsAnswer = Compile(Type.Object({ data: Type.Object({ alerts: Type.Array(Alert) }) }));
const targetsAnswer = Compile(
  Type.Object({
    data: Type.Object({ activeTargets: Type.Array(Type.Object({ labels: Labels, health: Type.String() })) }),
  }),
);

/** One series at one time; its value may be NaN. */
export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** What an expression gives now; an empty list when no series matches. Throws what Prometheus says against it. */
export async function query(prometheusUrl: string, expression: string): Promise<Sample[]> {
  const { data } = queryAnswer.Parse(await ask(prometheusUrl, "query", { query: expression }));
  if (data.resultType === "scalar") return [{ labels: {}, value: Number(data.result[1]) }];
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

/** The alerts that fire now. */
export async function firingAlerts(prometheusUrl: string): Promise<Static<typeof Alert>[]> {
  const { data } = alertsAnswer.Parse(await ask(prometheusUrl, "alerts"));
  return data.alerts.filter(({ state }) => state === "firing");
}

/** How many nodes answered their last scrape. */
export async function healthyTargets(prometheusUrl: string): Promise<number> {
  const { data } = targetsAnswer.Parse(await ask(prometheusUrl, "targets"));
  return data.activeTargets.filter(({ health }) => health === "up").length;
}

async function ask(
  prometheusUrl: string,
  what: string,
  params: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const response = await fetch(`${prometheusUrl}/api/v1/${what}`, {
    method: what === "query" ? "POST" : "GET",
    ...(what === "query" && { body: new URLSearchParams(params) }),
    signal: AbortSignal.timeout(10_000),
  });
  if (response.ok) return response.json();
  throw new Error(
    `Prometheus answers ${response.status} to ${what} ${params.query}: ${await response.text()}`,
  );
}
