import { once } from "node:events";
import type { Server } from "node:net";

type Place = {
  readonly host: string;
  readonly port: number;
  /** Those that say it, for the message. */
  readonly variables: string;
};

/** Resolves when connections are taken. Throws one line that names the variables. */
export async function listen(server: Server, { host, port, variables }: Place): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new Error(`${variables}: '${host}:${port}' cannot be listened on: ${problem}`);
  }
}
