import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

const READ_AHEAD = 16 * 1024;
const KEEP_ALIVE_MS = 60_000;

export type Address = { readonly host: string; readonly port: number };

/** Small reads ahead keep what a stalled connection holds small; TCP keep-alive finds peers that are gone. */
export async function listen(
  { host, port }: Address,
  accept: (socket: Socket) => void,
  onError: (error: Error) => void,
): Promise<Server> {
  const options = {
    noDelay: true,
    highWaterMark: READ_AHEAD,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  };
  const server = createServer(options, accept);
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new Error(`the MQTT front cannot listen on ${host}:${port}: ${(error as Error).message}`);
  }
  server.on("error", onError);
  return server;
}
