import { Errors } from "moleculer";
import { DomainError, type FieldViolation, isErrorType } from "../actors/contracts/errors.ts";

type PlainError = Errors.PlainMoleculerError & { readonly violations?: readonly FieldViolation[] };

/** Errors of the table stay what they are between nodes. For the broker's `errorRegenerator`, on every node. */
export class ErrorRegenerator extends Errors.Regenerator {
  override extractPlainError(error: Error, payload?: Record<string, unknown>): PlainError {
    const plain = super.extractPlainError(error, payload);
    if (error instanceof DomainError) return { ...plain, violations: error.violations };
    const code = driverCodeOf(error);
    return code === "" ? plain : { ...plain, data: { ...plain.data, driverCode: code } };
  }

  override restore(plain: PlainError, payload: Record<string, unknown>): Error {
    const { type, data, violations, stack } = plain;
    if (!isErrorType(type)) return super.restore(plain, payload);
    const error = new DomainError(type, data, violations);
    return stack === undefined ? error : Object.assign(error, { stack });
  }
}

/** The code of the database driver's error, also on another node; empty when there is none. */
export function driverCodeOf(error: Error): string {
  const original: unknown = "original" in error ? error.original : undefined;
  if (original instanceof Error && "code" in original) return String(original.code);
  const data: unknown = "data" in error ? error.data : undefined;
  return typeof data === "object" && data !== null && "driverCode" in data ? String(data.driverCode) : "";
}
