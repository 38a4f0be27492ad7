/** The options of a command. Undefined when they are wrong, which it says with its usage: it then ends with code 2. */
export function readOptions<Options>(
  command: string,
  usage: string,
  parse: (args: readonly string[]) => Options,
): Options | undefined {
  try {
    return parse(process.argv.slice(2));
  } catch (error) {
    console.error(`${command}: ${messageOf(error)}\n${usage}`);
    return undefined;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
