import { Errors } from "moleculer";
import { DomainError, type FieldViolation, isErrorType } from "../actors/contracts/errors.ts";

type PlainError = Errors.PlainMoleculerError & { readonly violations?: readonly FieldViolation[] };

/** Errors of the table stay what they are between nodes. For the broker's `errorRegenerator`, on every node. */
export class ErrorRegenerator extends Errors.Regenerator {
  override extractPlainError(error: Error, payload?: Record<string, unknown>): PlainError {
    const plain = super.extractPlainError(error, payload);
    return error instanceof DomainError ? { ...plain, violations: error.violations } : plain;
  }

  override restore(plain: PlainError, payload: Record<string, unknown>): Error {
    const { type, data, violations, stack } = plain;
    if (!isErrorType(type)) return super.restore(plain, payload);
    const error = new DomainError(type, data, violations);
    return stack === undefined ? error : Object.assign(error, { stack });
  }
}
