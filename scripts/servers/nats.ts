import { connect } from "nats";
import { type Kind, type Server, type ServerOptions, startServer } from "./server.ts";

export const NATS: Kind = {
  name: "nats",
  command: "nats-server",
  args: ({ directory, host, port }) => [
    ...["--addr", host, "--port", String(port)],
    ...["--jetstream", "--store_dir", directory],
  ],
  readyText: "Server is ready",
  probe: async ({ host, port }) => {
    const connection = await connect({ servers: `${host}:${port}`, timeout: 2000, reconnect: false });
    try {
      await connection.jetstreamManager();
    } finally {
      await connection.close();
    }
  },
  url: ({ host, port }) => `nats://${host}:${port}`,
};

/** NATS with JetStream on files. */
export function startNats(options: ServerOptions = {}): Promise<Server> {
  return startServer(NATS, options);
}
