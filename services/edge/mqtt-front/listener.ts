import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from "node:tls";
import { listen as listenOn } from "../../../mixins/listen.ts";
import type { Certificates } from "../../../mixins/tls-certificates.ts";
import { hasForeignCertificate } from "./client-certificate.ts";

const READ_AHEAD = 16 * 1024;
const KEEP_ALIVE_MS = 60_000;

export type Address = {
  readonly host: string;
  readonly port: number;
  /** With them it speaks TLS and nothing else. */
  readonly certificates?: Certificates | undefined;
};

type Listener = {
  /** Asked before anything is done for a connection; what it refuses is closed. */
  admit(): boolean;
  accept(socket: Socket): void;
  /** Told of connections that have no TLS to speak of. */
  insecure(): void;
  readonly handshakeMs: number;
};

/** Small reads ahead keep what a stalled connection holds small; TCP keep-alive finds peers that are gone. */
export async function listen(
  { host, port, certificates }: Address,
  listener: Listener,
  onError: (error: Error) => void,
): Promise<Server> {
  const options = {
    noDelay: true,
    highWaterMark: READ_AHEAD,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  };
  const tls = certificates && tlsServer(certificates, listener);
  const server = createServer(options, (socket) => {
    if (!listener.admit()) socket.destroy();
    else if (tls) tls.emit("connection", socket);
    else listener.accept(socket);
  });
  await listenOn(server, { host, port, variables: "MQTT_HOST, MQTT_PORT" });
  server.on("error", onError);
  if (tls) certificates.serve(tls);
  server.once("close", () => tls?.close());
  return server;
}

/** Without a port: connections are handed to it once they are admitted, since handshakes are dear. */
function tlsServer(certificates: Certificates, listener: Listener): TlsServer {
  const refuse = (socket: Socket) => {
    listener.insecure();
    socket.destroy();
  };
  const options = {
    ...certificates.tlsOptions,
    highWaterMark: READ_AHEAD,
    // Who has no certificate shows a password.
    rejectUnauthorized: false,
    handshakeTimeout: listener.handshakeMs,
  };
  const server = createTlsServer(options, (socket: TLSSocket) =>
    hasForeignCertificate(socket) ? refuse(socket) : listener.accept(socket),
  );
  return server.on("tlsClientError", (_, socket) => refuse(socket));
}
