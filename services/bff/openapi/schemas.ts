import type { Schema } from "./types.ts";

/** Schemas of the contracts as they stand in the document: one that has a title stands once, among the components. */
export class Schemas {
  readonly #named = new Map<string, Schema>();

  /** By title. */
  get named(): Readonly<Record<string, Schema>> {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  of(schema: object): Schema {
    const { title, ...inner } = mapped(schema, (value) => this.#inner(value));
    if (typeof title !== "string") return inner;
    const known = this.#named.get(title);
    if (known && JSON.stringify(known) !== JSON.stringify(inner)) {
      throw new Error(`two schemas of the contracts have the title ${title}`);
    }
    this.#named.set(title, inner);
    return { $ref: `#/components/schemas/${title}` };
  }

  #inner(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#inner(each));
    return typeof value === "object" && value !== null ? this.#node(value) : value;
  }

  /** In `properties` a member called title is a schema, not the title of one. */
  #node(value: object): unknown {
    const isSchema = !("title" in value) || typeof value.title === "string";
    return isSchema ? this.of(value) : mapped(value, (each) => this.#inner(each));
  }
}

function mapped(value: object, change: (member: unknown) => unknown): Schema {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(member)]));
}

/** The schema that a reference stands for. */
export function resolved<Value extends object>(
  root: object,
  value: Value | { readonly $ref: string },
): Value {
  let found: unknown = value;
  while (typeof found === "object" && found !== null && "$ref" in found) found = at(root, String(found.$ref));
  return found as Value;
}

function at(root: object, pointer: string): unknown {
  let found: unknown = root;
  for (const name of pointer.slice(2).split("/")) {
    found = typeof found === "object" && found !== null ? Reflect.get(found, name) : undefined;
  }
  return found;
}
