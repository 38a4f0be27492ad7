import type { Static, TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { Clean } from "typebox/value";
import { DomainError, type FieldViolation } from "./errors.ts";

/** The parts of a JSON Schema error that are used here. */
type SchemaError = {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
};

/** Checks a value against a schema and says in an INVALID_ARGUMENT error which fields are wrong. */
type Check<S extends TSchema> = (value: unknown) => Static<S>;

const compiled = new WeakMap<TSchema, Validator>();

/** Compiles once per schema. */
export function checker<S extends TSchema>(schema: S): Check<S> {
  const validator = compiled.get(schema) ?? Compile(schema);
  compiled.set(schema, validator);
  return (value) => {
    if (validator.Check(value)) return value as Static<S>;
    throw invalid(validator.Errors(value).flatMap(violationsOf));
  };
}

/**
 * The same for what our own nodes send each other: keys that only a later version knows are left out of what is handed
 * on, also further down.
 */
export function reader<S extends TSchema>(schema: S): Check<S> {
  const check = checker(schema);
  return (value) => {
    try {
      return check(value);
    } catch {
      return check(Clean(schema, structuredClone(value)));
    }
  };
}

function invalid(violations: readonly FieldViolation[]): DomainError {
  const first = violations[0];
  const problem = first
    ? `${first.field || "the value"} ${first.description}`
    : "it does not match its schema";
  return new DomainError("INVALID_ARGUMENT", { problem }, violations);
}

function violationsOf(error: SchemaError): FieldViolation[] {
  const base = error.instancePath.slice(1).replaceAll("/", ".");
  const at = (name: string) => (base ? `${base}.${name}` : name);
  // A closed object reports each unknown key twice: as a false schema and as a list. The list is clearer.
  if (error.keyword === "boolean") return [];
  if (error.keyword === "additionalProperties") {
    return listOf(error.params, "additionalProperties").map((name) => ({
      field: at(name),
      description: "is unknown",
    }));
  }
  if (error.keyword === "required") {
    return listOf(error.params, "requiredProperties").map((name) => ({
      field: at(name),
      description: "is required",
    }));
  }
  return [{ field: base, description: error.message }];
}

function listOf(params: object, name: string): string[] {
  const value: unknown = Reflect.get(params, name);
  return Array.isArray(value) ? value.map(String) : [];
}
