/** An answer of 400 and above. Branch on `reason`. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status. */
  readonly status: number;
  /** Such as GATEWAY_NOT_FOUND; empty when the answer did not come from the server itself. */
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];
  /** When the same request may succeed. */
  readonly retryAfterSeconds: number | undefined;
  /** The request can be found by it in the server's logs. */
  readonly requestId: string | undefined;

  constructor(status: number, headers: Headers, body: unknown) {
    const error = membersOf(membersOf(body).error);
    const details = Array.isArray(error.details) ? error.details.map(membersOf) : [];
    super(typeof error.message === "string" ? error.message : `The server answered with ${status}.`);
    const info = details.find(({ reason }) => typeof reason === "string");
    const retryAfter = headers.get("retry-after");
    this.status = status;
    this.reason = String(info?.reason ?? "");
    this.metadata = stringsOf(info?.metadata);
    this.violations = details.flatMap(({ fieldViolations }) => violationsOf(fieldViolations));
    this.retryAfterSeconds = retryAfter === null ? undefined : Number(retryAfter);
    this.requestId = headers.get("x-request-id") ?? undefined;
  }
}

export type FieldViolation = { readonly field: string; readonly description: string };

function violationsOf(value: unknown): FieldViolation[] {
  if (!Array.isArray(value)) return [];
  return value
    .map(membersOf)
    .map(({ field, description }) => ({ field: String(field), description: String(description) }));
}

function stringsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(membersOf(value)).map(([name, member]) => [name, String(member)]));
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
