import { setTimeout as delay } from "node:timers/promises";
import type { ChaosServers } from "../servers.ts";
import type { Fault } from "./fault.ts";

const RANDOM_MS = 500;
const AWAY_MS = 1000;

/** T3: kill -9 of a server, which is back a second later. */
function outageOf(name: keyof ChaosServers): Fault {
  return async ({ run: { fleet }, servers, random }) => {
    await delay(random() * RANDOM_MS);
    const since = performance.now();
    await servers[name].kill("SIGKILL");
    await delay(AWAY_MS);
    await servers[name].start();
    return fleet.gapsSince(
      since,
      fleet.of("front").map(({ id }) => id),
    );
  };
}

export const restartNats = outageOf("nats");
export const restartMariadb = outageOf("mariadb");
export const restartRedis = outageOf("redis");
