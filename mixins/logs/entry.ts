import { LOG_FIELDS } from "../../actors/runtime/log-fields.ts";
import { redacted, redactedText } from "./redaction.ts";

type Fields = Record<string, unknown>;
type Entry = { readonly message: string; readonly fields: Fields };

/**
 * What a line says, out of what a logger was called with: `(fields, message)` by us, `(message, error)` or `(error)` by
 * Moleculer. Fields that we do not know go below `details`; nothing in it is secret.
 */
export function entryOf(args: readonly unknown[]): Entry {
  const [first, second] = args;
  if (typeof first !== "object" || first === null)
    return { message: redactedText(String(first)), fields: errorFields(args.find(isError)) };
  if (isError(first)) return { message: redactedText(first.message), fields: errorFields(first) };
  return { message: redactedText(String(second ?? "")), fields: fieldsOf(first) };
}

function fieldsOf(given: object): Fields {
  const fields: Fields = {};
  const details: Fields = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (name === "error" || name === "err") Object.assign(fields, errorFields(value));
    else if (Object.hasOwn(LOG_FIELDS, name)) fields[name] = redacted(value);
    else details[name] = value;
  }
  return Object.keys(details).length > 0 ? { ...fields, details: redacted(details) } : fields;
}

/** Whatever was thrown, as ECS has it. */
function errorFields(error: unknown): Fields {
  if (error === undefined) return {};
  if (!isError(error)) return { "error.message": textOf(error) };
  const code = codeOf(error);
  return {
    "error.type": error.name,
    "error.message": redactedText(error.message),
    "error.stack_trace": redactedText(stackOf(error)),
    ...(code !== undefined && { "error.code": code }),
  };
}

const MAX_CAUSES = 5;

function stackOf(error: Error, causes = MAX_CAUSES): string {
  const own = error.stack ?? error.message;
  return isError(error.cause) && causes > 0 ? `${own}\ncaused by: ${stackOf(error.cause, causes - 1)}` : own;
}

/** Of the table of errors (`type`), or of Node and the drivers (`code`). */
function codeOf(error: Error): string | undefined {
  const given: unknown[] = ["type", "code"].map((name) => Reflect.get(error, name));
  return given.find((each) => typeof each === "string");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? redactedText(value) : (JSON.stringify(redacted(value)) ?? String(value));
}

function isError(value: unknown): value is Error {
  return value instanceof Error;
}
