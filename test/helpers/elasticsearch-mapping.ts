type Mapping = { readonly type?: string; readonly value?: string; readonly properties?: Mappings };
type Mappings = { readonly [name: string]: Mapping };

const isText = (value: unknown) => typeof value === "string";

/** Does a value fit the type of Elasticsearch, without being turned into something else? */
const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  keyword: isText,
  constant_keyword: isText,
  wildcard: isText,
  match_only_text: isText,
  long: Number.isSafeInteger,
  boolean: (value) => typeof value === "boolean",
  date: (value) => isText(value) && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(String(value)),
  flattened: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** The types of all fields below, by their names with dots. */
export function fieldsOf(mappings: Mappings, prefix = ""): Map<string, string> {
  return new Map(
    Object.entries(mappings).flatMap(([name, { type, properties }]): [string, string][] =>
      properties ? [...fieldsOf(properties, `${prefix}${name}.`)] : [[prefix + name, type ?? "object"]],
    ),
  );
}

/** What of a document has no place in these fields, in words; a list fits where each of its values does. */
export function misfits(document: object, fields: ReadonlyMap<string, string>, prefix = ""): string[] {
  return Object.entries(document).flatMap(([name, value]): string[] => {
    const path = prefix + name;
    const type = fields.get(path);
    if (type === undefined)
      return isObject(value) ? misfits(value, fields, `${path}.`) : [`${path} is not mapped`];
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.every((each) => FITS[type]?.(each))
      ? []
      : [`${path} is no ${type}: ${JSON.stringify(value)}`];
  });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
