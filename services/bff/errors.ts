import { DomainError } from "../../actors/contracts/errors.ts";
import { driverCodeOf } from "../../mixins/error-regenerator.ts";
import { isPassingCode } from "../../stores/sql/transient.ts";

/** Errors that Moleculer itself raises around a call, as errors of the table; undefined: not foreseen. */
export function domainErrorOf(error: unknown, timeoutMs: number): DomainError | undefined {
  if (error instanceof DomainError) return error;
  switch (typeOf(error)) {
    case "REQUEST_TIMEOUT":
    case "REQUEST_SKIPPED":
      return new DomainError("DEADLINE_EXCEEDED", { seconds: timeoutMs / 1000 });
    case "QUEUE_FULL":
      return new DomainError("OVERLOADED");
    case "REQUEST_REJECTED":
    case "SERVICE_NOT_FOUND":
    case "SERVICE_NOT_AVAILABLE":
      return new DomainError("SERVICE_UNAVAILABLE", { service: serviceOf(error) });
    case "UNABLE_DECODE_PARAM":
      return new DomainError("INVALID_ARGUMENT", { problem: "the path is not percent-encoded UTF-8" });
    default:
      return isStoreError(error)
        ? new DomainError("STORE_UNAVAILABLE", { problem: "the database does not answer" })
        : undefined;
  }
}

/** Told by name and code: the classes are lost between nodes. */
function isStoreError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isAway = /^Sequelize(Connection|HostNot\w+|InvalidConnection|Timeout)/.test(error.name);
  return (
    isAway || isPassingCode(driverCodeOf(error)) || /^SQLITE_(READONLY|CANTOPEN)/.test(driverCodeOf(error))
  );
}

function typeOf(error: unknown): unknown {
  return error instanceof Error && "type" in error ? error.type : undefined;
}

function serviceOf(error: unknown): string {
  const data: unknown = error instanceof Error && "data" in error ? error.data : undefined;
  const action: unknown = typeof data === "object" && data !== null ? Reflect.get(data, "action") : undefined;
  return String(action ?? "?").split(".")[0] ?? "?";
}
