import type { AnyHost } from "../../../actors/runtime/node.ts";
import type { RowPublisher } from "../../../actors/runtime/ports.ts";
import { BusyGateways } from "./busy-gateways.ts";
import type { CommandHost } from "./command-host.ts";
import { Waiters } from "./waiters.ts";

/** What a node knows of the commands it owns beside their actors; it comes and goes with the partitions. */
export class OwnedCommands {
  readonly waiters: Waiters;
  readonly busy: BusyGateways;

  constructor(partitionCount: number) {
    this.waiters = new Waiters(partitionCount);
    this.busy = new BusyGateways(partitionCount);
  }

  /** The publisher of the host: what it is given is committed. */
  tap(publisher: RowPublisher): RowPublisher {
    return {
      publish: (row, isRoutine) => {
        this.busy.committed(row);
        this.waiters.committed(row);
        return publisher.publish(row, isRoutine);
      },
    };
  }

  /** The host of the actors, as their node knows it. */
  holder(host: CommandHost): AnyHost {
    const { busy, waiters } = this;
    return {
      typeName: host.typeName,
      partitionCount: host.partitionCount,
      get partitions() {
        return host.partitions;
      },
      adopt(claimed) {
        busy.begin(claimed);
        return host.adopt(claimed);
      },
      async surrender(partition) {
        const surrendered = host.surrender(partition);
        waiters.release(partition);
        await surrendered;
        busy.end(partition);
      },
      drop(partition) {
        host.drop(partition);
        busy.end(partition);
        waiters.release(partition);
      },
      drain: () => host.drain(),
      fireTimers: () => host.fireTimers(),
    };
  }
}
