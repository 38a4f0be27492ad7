import { ERRORS, type ErrorType, errorCodeOf } from "../../../actors/contracts/errors.ts";
import { headerRefs } from "./headers.ts";
import type { Ref, Response, Schema } from "./types.ts";

/** What every call can end with. */
const ALWAYS = [400, 401, 403, 408, 414, 429, 431, 500, 503, 504];

type Traits = {
  readonly isRead: boolean;
  readonly hasParameters: boolean;
  readonly takesBody: boolean;
  readonly takesVersion: boolean;
  /** What the contract names beside. */
  readonly errors?: readonly ErrorType[];
};

/** The HTTP statuses of the errors that a call can end with. */
export function errorStatusesOf(traits: Traits): number[] {
  const { isRead, hasParameters, takesBody, takesVersion, errors = [] } = traits;
  const statuses = [
    ...ALWAYS,
    ...(hasParameters || !isRead ? [404] : []),
    ...(isRead ? [410] : [409, 413]),
    ...(takesVersion ? [412] : []),
    ...(takesBody ? [415] : []),
    ...errors.map((type) => ERRORS[type].code),
  ];
  return [...new Set(statuses)].sort((a, b) => a - b);
}

export function errorRefs(statuses: readonly number[]): Record<string, Ref> {
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/Error${status}` }]),
  );
}

/** One for each status that there is, with all its reasons. */
export function errorResponses(schema: Schema): Record<string, Response> {
  const statuses = new Set(Object.values(ERRORS).map(({ code }) => code));
  return Object.fromEntries([...statuses].map((status) => [`Error${status}`, errorResponse(status, schema)]));
}

function errorResponse(status: number, schema: Schema): Response {
  const types = (Object.keys(ERRORS) as ErrorType[]).filter((type) => ERRORS[type].code === status);
  return {
    description: types
      .map((type) => `\`${type}\` (${errorCodeOf(type)}): ${ERRORS[type].message}`)
      .join("\n\n"),
    headers: headerRefs(...headersOf(status)),
    content: { "application/json": { schema } },
  };
}

function headersOf(status: number) {
  if (status === 401) return ["WWW-Authenticate"] as const;
  if (status === 416) return ["Content-Range"] as const;
  return status === 429 || status === 503 ? (["Retry-After"] as const) : [];
}
