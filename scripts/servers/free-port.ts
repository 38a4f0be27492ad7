import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Address } from "./daemon.ts";

// Below the ports that systems lend to outgoing connections: none of those can take a stopped server's port,
// and a client that tries it again and again cannot connect to itself.
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
const TRIES = 50;

/** A port of this address that nobody listens on now; by chance, so that two runs hardly ever ask for the same. */
export async function freePort(host: string): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree({ host, port })) return port;
  }
  throw new Error(`found no free port between ${FIRST_PORT} and ${LAST_PORT}`);
}

/** The first port from this one on that nobody listens on now. */
export async function nextFreePort(host: string, first: number): Promise<number> {
  for (let port = first; port <= 65_535; port += 1) if (await isFree({ host, port })) return port;
  throw new Error(`found no free port from ${first} on`);
}

async function isFree(address: Address): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ ...address, exclusive: true });
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
