import { parseEnvironment } from "../../env.ts";

/** Runs a command of the shell; what it throws becomes its last line, and exit code 1. */
export async function runCommand(name: string, usage: string, run: () => Promise<unknown>): Promise<number> {
  try {
    await run();
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`${name}: ${message}`);
    if (error instanceof TypeError && "code" in error) console.error(usage);
    return 1;
  }
}

/** The folder of the embedded installation: as given, else that of the environment. */
export function dataDirOf(given: string | undefined): string {
  const { DATA_DIR, DATABASE_URL } = parseEnvironment(process.env);
  if (given !== undefined) return given;
  if (DATABASE_URL)
    throw new Error(
      "DATABASE_URL is set: the data is in a database server, which has tools of its own for this",
    );
  return DATA_DIR;
}
