import type { AnyHost } from "../../../actors/runtime/node.ts";
import type { PresenceHost } from "./presence-host.ts";
import type { Vitals } from "./vitals.ts";
import type { VitalsWriter } from "./vitals-writer.ts";

/** The host of the actors, as their node knows it: vitals come and go with the partitions. */
export function presenceHolder(host: PresenceHost, vitals: Vitals, writer: VitalsWriter): AnyHost {
  return {
    typeName: host.typeName,
    partitionCount: host.partitionCount,
    get partitions() {
      return host.partitions;
    },
    async adopt(claimed) {
      vitals.begin(claimed);
      await host.adopt(claimed);
    },
    async surrender(partition) {
      const share = vitals.shares.end(partition);
      await Promise.all([host.surrender(partition), share && writer.saveLast(share)]);
    },
    drop(partition) {
      vitals.shares.end(partition);
      host.drop(partition);
    },
    drain: () => host.drain(),
    fireTimers: () => host.fireTimers(),
  };
}
