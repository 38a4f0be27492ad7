import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";

type Received = {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
};

/**
 * Where a call comes from. Each proxy adds the address it was called from to X-Forwarded-For; what is before those of
 * our own proxies anybody can have written. Without proxies the header counts for nothing.
 */
export function sourceAddressOf({ headers, socket }: Received, trustedProxies: number): string {
  const client = trustedProxies > 0 ? forwardedFor(headers, trustedProxies) : "";
  const address = client !== "" && isIP(client) > 0 ? client : (socket.remoteAddress ?? "");
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

function forwardedFor(headers: IncomingHttpHeaders, trustedProxies: number): string {
  const addresses = [headers["x-forwarded-for"] ?? ""].flat().join(",").split(",");
  return addresses.at(-trustedProxies)?.trim() ?? "";
}
