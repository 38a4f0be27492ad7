import type { LogFields } from "../../actors/runtime/log-fields.ts";
import type { Log } from "../../actors/runtime/ports.ts";

type Write = (fields: LogFields, message: string) => void;
/** Pino's order, which Moleculer's loggers pass on. */
type FieldsFirst = { readonly info: Write; readonly warn: Write; readonly error: Write };

/** A logger as our code uses it. */
export function logTo(logger: FieldsFirst): Log {
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}
