import type { Lane, LoadOptions } from "../lane.ts";
import type { ClusterKind } from "../variants/variant.ts";
import type { Size } from "./product-cluster.ts";

/** One line of the throughput table. */
export type Row = {
  title: string;
  lane: Lane;
  /** Of the cluster, where it is ours. */
  size?: Size;
  load?: LoadOptions;
  /** Held against the goals. */
  isGoal: boolean;
};

export type Lanes = Record<ClusterKind, Lane>;

/** A gateway behind a broker that wants no app-level ack does not number its messages. */
const PLAIN: LoadOptions = { creditsFrom: "consumer", isNumbered: false };
const WITH_ACKS: LoadOptions = { creditsFrom: "ack", isNumbered: true };

export function rowsOf(lanes: Lanes, sizes: readonly number[]): Row[] {
  const baselines = [lanes.floor, lanes.redis, lanes.calls];
  const alone = { twins: 1, journal: true };
  return [
    ...baselines.map((lane) => ({ title: lane.variant.title, lane, isGoal: false })),
    ...sizes.flatMap((twins) => ours(lanes, { twins, journal: true })),
    {
      title: `${lanes.bridge.variant.title} with app-level acks, 1 twin process`,
      lane: lanes.bridge,
      size: alone,
      load: WITH_ACKS,
      isGoal: false,
    },
    {
      title: `${lanes.front.variant.title}, 1 twin process, without the journal`,
      lane: lanes.front,
      size: { ...alone, journal: false },
      isGoal: false,
    },
  ];
}

function ours({ front, bridge }: Lanes, size: Size): Row[] {
  const processes = size.twins === 1 ? "1 twin process" : `${size.twins} twin processes`;
  return [
    { title: `${front.variant.title}, ${processes}`, lane: front, size, isGoal: true },
    { title: `${bridge.variant.title}, ${processes}`, lane: bridge, size, load: PLAIN, isGoal: true },
  ];
}
