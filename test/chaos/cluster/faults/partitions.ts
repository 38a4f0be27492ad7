import { setTimeout as delay } from "node:timers/promises";
import type { LinkName, VictimNetwork } from "../network.ts";
import type { ChaosRun } from "../run.ts";

/** The node that sits behind the faulty network. */
const VICTIM = "core-1";
const HELD_MS = 8000;
const FLAP_MS = 1000;
const FLAPS = 4;

type NetworkFault = {
  readonly name: string;
  readonly link: LinkName;
  /** Resolves when the fault is there; a passing one, when it is over. */
  readonly happen: (network: VictimNetwork) => Promise<void>;
};

/** T5: what the network between an owner and a server can do. */
export const NETWORK_FAULTS: readonly NetworkFault[] = (["nats", "mariadb"] as const).flatMap((link) => [
  { name: `owner and ${link} cut`, link, happen: (network) => network.cut(link) },
  { name: `only owner to ${link} passes`, link, happen: (network) => network.oneWay(link, "toServer") },
  { name: `only ${link} to owner passes`, link, happen: (network) => network.oneWay(link, "toClient") },
  { name: `owner and ${link} flapping`, link, happen: (network) => flap(network, link) },
]);

/** The gaps of the gateways whose twins the victim owns; of a passing fault, their longest silences. */
export async function partition(
  { lab, fleet }: ChaosRun,
  network: VictimNetwork,
  { link, happen }: NetworkFault,
): Promise<number[]> {
  const ids = await lab.ownedBy(VICTIM, fleet.ids);
  const before = performance.now();
  await happen(network);
  const since = performance.now();
  try {
    // Others must be able to serve them while the fault lasts.
    const gaps = await fleet.gapsSince(since, ids);
    if (since - before > FLAP_MS) return fleet.silencesSince(before, ids);
    await delay(Math.max(0, since + HELD_MS - performance.now()));
    return gaps;
  } finally {
    await network.heal(link);
    await fleet.gapsSince(performance.now(), fleet.ids);
    await lab.untilShared();
  }
}

async function flap(network: VictimNetwork, link: LinkName): Promise<void> {
  for (let n = 1; n <= FLAPS; n += 1) {
    await network.cut(link);
    await delay(FLAP_MS);
    await network.heal(link);
    if (n < FLAPS) await delay(FLAP_MS);
  }
}
