/** Builds a statement with `$n` placeholders and their values side by side. */
export class Statement {
  readonly bind: unknown[] = [];

  /** A placeholder for one value. */
  value(value: unknown): string {
    this.bind.push(value);
    return `$${this.bind.length}`;
  }

  /** `($1, $2)` */
  tuple(values: readonly unknown[]): string {
    return `(${values.map((value) => this.value(value)).join(", ")})`;
  }

  anyOf(conditions: readonly string[]): string {
    return `(${conditions.join(" OR ")})`;
  }
}
