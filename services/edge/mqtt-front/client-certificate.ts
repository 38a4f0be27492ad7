import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";

/** Has the client shown a certificate that is not of our CA, or not valid now? */
export function hasForeignCertificate(socket: TLSSocket): boolean {
  return !socket.authorized && socket.getPeerX509Certificate() !== undefined;
}

/** The CN of a client's verified certificate; undefined without one, empty when it has none or several. */
export function certifiedName(stream: Duplex): string | undefined {
  if (!(stream instanceof TLSSocket) || !stream.authorized) return undefined;
  const name: unknown = stream.getPeerCertificate().subject?.CN;
  return typeof name === "string" ? name : "";
}
