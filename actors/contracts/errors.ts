/**
 * Every error the outside can see, declared once: REST answers (AIP-193), MQTT `down/error` and the errors
 * between nodes are derived from this table. `detail` is the last four digits of the public `errorCode`.
 */
type ErrorRule = {
  /** HTTP status. */
  readonly code: number;
  readonly detail: number;
  /** May the same request succeed later, unchanged? */
  readonly retryable: boolean;
  /** `{name}` stands for a value of the error's data. */
  readonly message: string;
};

const rule = (code: number, detail: number, message: string, retryable = false): ErrorRule => ({
  code,
  detail,
  message,
  retryable,
});

export const ERRORS = {
  INVALID_ARGUMENT: rule(400, 1, "The request is not valid: {problem}."),
  MALFORMED_JSON: rule(400, 2, "The body is not valid JSON: {problem}."),
  NOT_AN_OBJECT: rule(400, 3, "The {what} must be a JSON object."),
  TOO_DEEP: rule(400, 4, "The {what} is nested deeper than {limit} levels."),
  KEY_NOT_ALLOWED: rule(400, 5, "The key '{key}' is not allowed in the {what}."),
  KEY_TOO_LONG: rule(400, 6, "A key of the {what} is longer than {limit} bytes."),
  SECTION_TOO_LARGE: rule(
    400,
    7,
    "The {section} section would have {size} bytes; at most {limit} are allowed.",
  ),
  INVALID_PATCH: rule(400, 8, "The JSON Patch cannot be applied: {problem}."),
  INVALID_FILTER: rule(400, 9, "The filter is not valid: {problem}."),
  INVALID_PAGE_TOKEN: rule(400, 10, "The page token is not valid here; start again without it."),
  INVALID_UTF8: rule(400, 11, "The payload is not valid UTF-8."),
  TOPIC_UNKNOWN: rule(400, 12, "There is no topic '{topic}' to publish to."),
  MALFORMED_REQUEST: rule(400, 30, "This is not a request as HTTP/1.1 has it: {problem}."),
  NUMBER_TOO_LARGE: rule(400, 31, "A number of the {what} is larger than any that is kept."),
  UNAUTHENTICATED: rule(401, 1, "A valid bearer token is needed."),
  WRONG_PASSWORD: rule(401, 2, "The user id or the password is wrong."),
  PERMISSION_DENIED: rule(403, 1, "The permission '{permission}' is missing."),
  TOPIC_FORBIDDEN: rule(403, 2, "The topic '{topic}' is not this gateway's."),
  GATEWAY_NOT_FOUND: rule(404, 1, "Gateway '{gatewayId}' does not exist."),
  ROUTE_NOT_FOUND: rule(404, 2, "There is nothing at {method} {path}."),
  VERSION_NOT_FOUND: rule(404, 3, "The history of the twin of '{gatewayId}' has no '{at}'."),
  CONFIG_PROFILE_NOT_FOUND: rule(404, 4, "Configuration profile '{configProfileId}' does not exist."),
  CHECKSUM_MISMATCH: rule(400, 40, "The content's SHA-256 is {actual}, not {expected}."),
  UPLOAD_REFUSED: rule(401, 40, "This upload address is not valid, or was used before; ask for another."),
  CAMERA_NOT_FOUND: rule(404, 40, "Gateway '{gatewayId}' has no camera '{cameraId}'."),
  LEASE_NOT_FOUND: rule(
    404,
    41,
    "Viewer '{viewer}' does not watch camera '{cameraId}' any more; start the stream.",
  ),
  ARTIFACT_NOT_FOUND: rule(404, 42, "Artifact '{artifactId}' does not exist."),
  CAMERA_NOT_MOVABLE: rule(409, 40, "Camera '{cameraId}' cannot be moved."),
  CONTROL_HELD: rule(409, 41, "Camera '{cameraId}' is controlled by {holder} until {expireTime}."),
  SUPERSEDED: rule(409, 42, "A newer request came before this one was sent to camera '{cameraId}'."),
  CAMERA_REFUSED: rule(409, 43, "Gateway '{gatewayId}' could not do it: {problem}."),
  RANGE_NOT_SATISFIABLE: rule(416, 1, "The content has {size} bytes; the range begins after them."),
  TOO_MANY_VIEWERS: rule(429, 40, "Camera '{cameraId}' has {limit} viewers; wait until one has left.", true),
  ARTIFACTS_FULL: rule(429, 41, "Artifacts may take {limit} bytes in all; delete some first.", true),
  COMMAND_NOT_FOUND: rule(404, 10, "Command '{commandId}' does not exist."),
  USER_NOT_FOUND: rule(404, 20, "User '{userId}' does not exist."),
  API_KEY_NOT_FOUND: rule(404, 21, "API key '{keyId}' does not exist."),
  SESSION_NOT_FOUND: rule(404, 22, "There is no session to end: the token is that of an API key."),
  NODE_NOT_FOUND: rule(404, 60, "Node '{nodeId}' is not running; /v1/cluster has those that are."),
  NODE_PROFILE_NOT_FOUND: rule(404, 61, "The node has no profile '{profileId}'."),
  METHOD_NOT_ALLOWED: rule(405, 1, "{method} is not possible at {path}; possible: {allowed}."),
  REQUEST_TOO_SLOW: rule(408, 1, "The request did not come in time as a whole."),
  GATEWAY_EXISTS: rule(409, 1, "Gateway '{gatewayId}' exists already."),
  IDEMPOTENCY_KEY_REUSED: rule(409, 2, "The Idempotency-Key was used before with another request."),
  CONFIG_PROFILE_EXISTS: rule(409, 3, "Configuration profile '{configProfileId}' exists already."),
  IDEMPOTENCY_KEY_IN_USE: rule(
    409,
    4,
    "The first request with this Idempotency-Key has no answer yet; send it again later.",
    true,
  ),
  USER_EXISTS: rule(409, 20, "User '{userId}' exists already."),
  OWN_ACCESS: rule(
    409,
    21,
    "{what} cannot be done with the access that is used for it; let another admin do it.",
  ),
  BOOTSTRAP_KEY: rule(
    409,
    22,
    "The bootstrap key is not changed here; start with another ADMIN_TOKEN instead.",
  ),
  NO_LONGER_KEPT: rule(410, 1, "{what} is no longer kept."),
  VERSION_MISMATCH: rule(412, 1, "The version is {currentVersion}, not {expectedVersion}."),
  PAYLOAD_TOO_LARGE: rule(413, 1, "The {what} is larger than {limit} bytes."),
  URL_TOO_LONG: rule(414, 1, "The URL is longer than {limit} characters."),
  UNSUPPORTED_MEDIA_TYPE: rule(415, 1, "The content type '{contentType}' is not supported; use {supported}."),
  RATE_LIMITED: rule(
    429,
    1,
    "At most {limit} requests in {windowSeconds} s are allowed; try again in {retryAfterSeconds} s.",
    true,
  ),
  TOO_MANY_WATCHES: rule(429, 2, "This node serves {limit} watches at most; try again later.", true),
  TOO_MANY_COMMANDS: rule(
    429,
    10,
    "Gateway '{gatewayId}' has {open} open commands; wait until some of them have ended, or cancel some.",
    true,
  ),
  CAPTURE_RUNNING: rule(
    429,
    60,
    "Node '{nodeId}' is being profiled; ask again in {retryAfterSeconds} s.",
    true,
  ),
  HEADERS_TOO_LARGE: rule(431, 1, "The headers are larger than {limit} bytes."),
  OVERLOADED: rule(503, 1, "Too much work is waiting; try again later.", true),
  NOT_OWNER: rule(503, 2, "This node does not own partition {partition} of '{type}'.", true),
  STORE_UNAVAILABLE: rule(503, 3, "The store does not take changes now: {problem}.", true),
  SHUTTING_DOWN: rule(503, 4, "This node is shutting down.", true),
  SERVICE_UNAVAILABLE: rule(503, 5, "No node offers '{service}' now.", true),
  GATEWAY_OFFLINE: rule(503, 10, "Gateway '{gatewayId}' is offline; nothing was sent to it.", true),
  TOO_MANY_CONNECTIONS: rule(503, 30, "This node takes {limit} connections at most; try again later.", true),
  PROFILES_UNAVAILABLE: rule(
    503,
    60,
    "The node's folder of profiles '{folder}' cannot be used: {problem}.",
    true,
  ),
  DEADLINE_EXCEEDED: rule(504, 1, "No answer came within {seconds} s; the outcome is not known.", true),
  COMMAND_TIMEOUT: rule(
    504,
    10,
    "Gateway '{gatewayId}' did not answer command '{commandId}' in time; it may have carried it out.",
    true,
  ),
  COMMAND_NOT_BEGUN: rule(
    504,
    11,
    "The time was over before it was the turn of gateway '{gatewayId}'; nothing was sent to it.",
    true,
  ),
  INTERNAL: rule(500, 1, "An internal error happened; the request id helps to find it in the logs."),
} as const satisfies Record<string, ErrorRule>;

export type ErrorType = keyof typeof ERRORS;
export type ErrorData = { readonly [name: string]: string | number };
/** One bad field of a request, as in google.rpc.BadRequest. */
export type FieldViolation = { readonly field: string; readonly description: string };

/** The same error where it cannot be thrown: in replies, between nodes, in rows. */
export type ErrorValue = {
  readonly type: ErrorType;
  readonly data: ErrorData;
  readonly violations?: readonly FieldViolation[];
};

/** The one error class of the project. Branch on `type`, never on `instanceof`, across nodes. */
export class DomainError extends Error {
  override readonly name = "DomainError";
  readonly type: ErrorType;
  readonly data: ErrorData;
  readonly violations: readonly FieldViolation[];

  constructor(type: ErrorType, data: ErrorData = {}, violations: readonly FieldViolation[] = []) {
    super(messageOf({ type, data }));
    this.type = type;
    this.data = data;
    this.violations = violations;
  }

  get code(): number {
    return ERRORS[this.type].code;
  }

  get retryable(): boolean {
    return ERRORS[this.type].retryable;
  }

  toValue(): ErrorValue {
    return { type: this.type, data: this.data, violations: this.violations };
  }

  static from(value: ErrorValue): DomainError {
    return new DomainError(value.type, value.data, value.violations);
  }
}

export function messageOf(error: ErrorValue): string {
  return ERRORS[error.type].message.replace(/\{(\w+)\}/g, (_, name: string) =>
    String(error.data[name] ?? "?"),
  );
}

/** The public seven digits: HTTP status and a four-digit detail. */
export function errorCodeOf(type: ErrorType): string {
  return `${ERRORS[type].code}${String(ERRORS[type].detail).padStart(4, "0")}`;
}

export function isErrorType(type: unknown): type is ErrorType {
  return typeof type === "string" && Object.hasOwn(ERRORS, type);
}
