/** What drivers tell of a statement is not typed by Sequelize. */
export function numberAt(metadata: unknown, name: string): number {
  const value: unknown =
    typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, name) : undefined;
  if (typeof value !== "number") throw new Error(`the driver did not tell '${name}'`);
  return value;
}
