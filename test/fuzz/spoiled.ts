import fc, { type Arbitrary } from "fast-check";

/** A value that is no longer quite what it was: mostly not what the schema wants. */
export function spoiled(value: unknown): Arbitrary<unknown> {
  const anything = fc.jsonValue({ maxDepth: 3 });
  if (typeof value !== "object" || value === null) return anything;
  const members = Object.entries(value);
  if (Array.isArray(value) || members.length === 0) return fc.oneof(anything, fc.constant({ unknown: 1 }));
  const name = fc.constantFrom(...Object.keys(value));
  const long = "x".repeat(70_000);
  return fc.oneof(
    anything,
    fc.constant({ ...value, unknown: 1 }),
    name.map((left) => Object.fromEntries(members.filter(([each]) => each !== left))),
    fc.tuple(name, fc.oneof(anything, fc.constant(long), fc.constant(deep(20)))).map(([each, other]) => ({
      ...value,
      [each]: other,
    })),
  );
}

/** Bodies that are not even JSON, or more than one should have to bear. */
export const NO_JSON: readonly (string | Uint8Array)[] = [
  "",
  "{",
  "nul",
  '{"a":1,}',
  '{"__proto__":{"a":1}}',
  "[".repeat(50_000),
  `${'{"a":'.repeat(500)}1${"}".repeat(500)}`,
  `"${"x".repeat(1_100_000)}"`,
  Uint8Array.of(0x22, 0xff, 0xfe, 0x22),
];

function deep(levels: number): object {
  let value = {};
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
}
