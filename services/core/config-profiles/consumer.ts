import { isMeant } from "../../../actors/profiles/targets.ts";
import type { Consumer } from "../../../actors/runtime/ports.ts";
import type { CheckList } from "./check-list.ts";
import type { TargetTable } from "./target-table.ts";
import { type Told, toldBy } from "./told.ts";

type ConsumerOptions = {
  readonly targets: TargetTable;
  readonly checks: CheckList;
  /** There may be something to do. */
  readonly wake: () => void;
};

/**
 * Notes what the bus tells: how gateways get on, and which the worker has to look at. It lays nothing itself, so there
 * is one who does, and that one reads what is present after it was told.
 */
export function profilesConsumer({ targets, checks, wake }: ConsumerOptions): Consumer {
  return {
    group: "config-profiles",
    skipsRoutine: true,
    async handle({ sequence, rows }) {
      // A profile that comes now is brought to all gateways there are by then.
      if (await targets.isIdle()) return;
      const told = toldBy(rows);
      await targets.reset([...told.removed]);
      await targets.setSync([...told.sync.values()], "<=");
      await targets.setFailed([...told.failed]);
      const suspects = [...told.changed, ...told.removed, ...(await unexpected(targets, told))];
      if (suspects.length === 0) return;
      await checks.add([...new Set(suspects)], sequence);
      wake();
    },
  };
}

/** Where layers were laid that are not meant, or not any more: by a worker that did not know it was replaced. */
async function unexpected(targets: TargetTable, { laid }: Told): Promise<string[]> {
  const known = Map.groupBy(await targets.of([...laid.keys()]), ({ gatewayId }) => gatewayId);
  return [...laid].flatMap(([id, layers]) => (isMeant(layers, known.get(id) ?? []) ? [] : [id]));
}
