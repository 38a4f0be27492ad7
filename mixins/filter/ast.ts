/** A parsed filter (AIP-160). */
export type Filter = And | Or | Not | Comparison;

/** All of them; of none: everything matches. */
export type And = { readonly op: "and"; readonly of: readonly Filter[] };
export type Or = { readonly op: "or"; readonly of: readonly Filter[] };
export type Not = { readonly op: "not"; readonly of: Filter };
export type Comparison = {
  readonly op: Comparator;
  readonly path: readonly [string, ...string[]];
  readonly value: Literal;
};

export const COMPARATORS = ["=", "!=", "<", "<=", ">", ">=", ":"] as const;
export type Comparator = (typeof COMPARATORS)[number];

/** Quoted text is never a number, a boolean, null or the star. */
export type Literal = { readonly text: string; readonly quoted: boolean };

export function comparisonsOf(filter: Filter): readonly Comparison[] {
  switch (filter.op) {
    case "and":
    case "or":
      return filter.of.flatMap(comparisonsOf);
    case "not":
      return comparisonsOf(filter.of);
    default:
      return [filter];
  }
}
