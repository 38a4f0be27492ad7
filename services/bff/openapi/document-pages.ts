import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Answer } from "../answer.ts";
import { isNoneMatch } from "../headers.ts";
import { docsPage } from "./docs-page.ts";
import { STYLE } from "./docs-style.ts";
import { openApiDocument } from "./document.ts";

type Page = (request: IncomingMessage) => Answer;

const CONTENT_POLICY = `default-src 'none'; style-src 'sha256-${digestOf(STYLE.text)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** What describes the open API, for machines and for people. The contracts do not change while the process runs. */
export function documentPages(): Readonly<Record<string, Page>> {
  const document = openApiDocument();
  return {
    "/openapi.json": page("application/json; charset=utf-8", JSON.stringify(document)),
    "/docs": page("text/html; charset=utf-8", docsPage(document), {
      "Content-Security-Policy": CONTENT_POLICY,
    }),
  };
}

function page(type: string, body: string, others: Readonly<Record<string, string>> = {}): Page {
  const etag = `"${digestOf(body)}"`;
  const headers = { "Content-Type": type, "Cache-Control": "no-cache", ETag: etag, ...others };
  return ({ headers: { "if-none-match": known } }) =>
    isNoneMatch(known, etag) ? { status: 304, headers, body: "" } : { status: 200, headers, body };
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
