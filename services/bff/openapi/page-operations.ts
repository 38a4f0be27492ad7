import { Type } from "typebox";
import { errorRefs } from "./errors.ts";
import { headerRefs } from "./headers.ts";
import type { Operation, Response } from "./types.ts";

const closed = { additionalProperties: false } as const;
const statusOf = (status: string) => Type.Object({ status: Type.Literal(status) }, closed);
const Ready = Type.Object({ ready: Type.Boolean(), problems: Type.Array(Type.String()) }, closed);

/** Pages that need no token: they carry no secrets and no gateway ids. */
export const PAGE_OPERATIONS: Readonly<Record<string, Operation>> = {
  "/livez": page("livez", "The process lives.", { 200: json(statusOf("ok"), "It answers.") }),
  "/healthz": page("healthz", "This node has started.", {
    200: json(statusOf("ok"), "All its services run."),
    503: json(statusOf("starting"), "Not all of them yet."),
  }),
  "/readyz": page("readyz", "This node can serve.", {
    200: json(Ready, "It can."),
    503: json(Ready, "It cannot, and why."),
  }),
  "/metrics": page("metrics", "Measurements of this node for Prometheus.", {
    200: text("text/plain", "The text format of Prometheus."),
  }),
  "/metrics/cluster": page(
    "clusterMetrics",
    "Measurements of the whole cluster; only where its service runs.",
    {
      200: text("text/plain", "The text format of Prometheus."),
    },
  ),
  "/openapi.json": page("openapi", "This document.", {
    200: json(Type.Object({}), "OpenAPI 3.1."),
    304: { description: "The caller has it already.", headers: headerRefs("ETag") },
  }),
  "/docs": page("docs", "This document for people.", {
    200: text("text/html", "A page that loads nothing else."),
    304: { description: "The caller has it already.", headers: headerRefs("ETag") },
  }),
};

function page(name: string, summary: string, responses: Record<string, Response>): Operation {
  return {
    operationId: `pages.${name}`,
    summary,
    tags: ["pages"],
    security: [],
    parameters: [],
    responses: { ...responses, ...errorRefs([500]) },
  };
}

function json(schema: object, description: string): Response {
  const content = { "application/json": { schema: { ...schema } } };
  return { description, headers: headerRefs(), content };
}

function text(type: string, description: string): Response {
  return { description, headers: headerRefs(), content: { [type]: { schema: { type: "string" } } } };
}
