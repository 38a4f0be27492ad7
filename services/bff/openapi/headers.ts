import { Type } from "typebox";
import type { Header, Parameter, Ref } from "./types.ts";

const header = (name: string, schema: object, description: string): Parameter => ({
  name,
  in: "header",
  schema: { ...schema },
  description,
});

/** What a request may carry beside what its action takes. */
export const HEADER_PARAMETERS = {
  requestId: header(
    "X-Request-Id",
    Type.String({ pattern: "^[A-Za-z0-9._-]{1,128}$" }),
    "Comes back in the answer and stands in the logs; what is not of this form is replaced.",
  ),
  traceparent: header(
    "traceparent",
    Type.String({ pattern: "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$" }),
    "W3C trace context, passed on; what is not of this form is ignored.",
  ),
  idempotencyKey: header(
    "Idempotency-Key",
    Type.String({ pattern: "^[\\x20-\\x7e]{1,255}$" }),
    "For 24 hours a request with the same key gets the answer of the first one instead of being carried out again.",
  ),
  ifMatch: header(
    "If-Match",
    Type.String({ pattern: '^("\\d{1,15}"|\\*)$' }),
    'The version that is to be changed, in quotes, as in `"7"`; any other is VERSION_MISMATCH.',
  ),
  ifNoneMatch: header(
    "If-None-Match",
    Type.String(),
    "The entity tags that the caller has; 304 for one of these.",
  ),
  range: header("Range", Type.String(), "Some of the bytes, as in `bytes=0-1023`."),
  lastEventId: header(
    "Last-Event-ID",
    Type.String({ maxLength: 64 }),
    "The id of the last event that was seen: the stream goes on after it.",
  ),
} as const;

/** What an answer may carry. */
export const ANSWER_HEADERS = {
  "X-Request-Id": answer(Type.String(), "The id of the request, its own or a new one."),
  traceparent: answer(Type.String(), "Where the call is in its trace, when it was traced."),
  ETag: answer(Type.String(), "The version in quotes."),
  "Content-Range": answer(Type.String(), "Which bytes these are, and of how many; of 416: of how many."),
  Location: answer(Type.String(), "The path of what was created."),
  "Retry-After": answer(Type.Integer({ minimum: 0 }), "Seconds."),
  "WWW-Authenticate": answer(Type.String(), "How to authenticate."),
} as const;

export function parameterRef(name: keyof typeof HEADER_PARAMETERS): Ref {
  return { $ref: `#/components/parameters/${name}` };
}

export function headerRefs(
  ...names: readonly (keyof typeof ANSWER_HEADERS)[]
): Readonly<Record<string, Ref>> {
  const all = ["X-Request-Id", "traceparent", ...names] as const;
  return Object.fromEntries(all.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function answer(schema: object, description: string): Header {
  return { schema: { ...schema }, description };
}
