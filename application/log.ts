import type { ServiceBroker } from "moleculer";
import type { Log } from "../actors/runtime/ports.ts";

/** The broker's logger as the runtime uses it; asked for when something is to be told. */
export function logOf(broker: () => ServiceBroker): Log {
  return {
    info: (message, fields = {}) => broker().logger.info(fields, message),
    warn: (message, fields = {}) => broker().logger.warn(fields, message),
    error: (message, fields = {}) => broker().logger.error(fields, message),
  };
}
