import type { Gateway } from "../actors/contracts/gateways.ts";
import type { JsonObject } from "../actors/contracts/json.ts";
import type { Twin } from "../actors/contracts/twins.ts";
import type { SectionView, TwinView } from "../actors/twin/contract.ts";
import { OWN_SOURCE } from "../actors/twin/profiles.ts";
import { type LeafTimes, leafStamps, leafTimes } from "../actors/twin/times.ts";
import { rfc3339 } from "./rfc3339.ts";

type View = "BASIC" | "FULL";

/** The twin as the open API shows it. */
export function twinResource(gateway: Gateway, twin: TwinView, view: View = "BASIC"): Twin {
  const { gatewayId, createTime } = gateway;
  const desired = {
    ...section(twin.desired, createTime, view),
    ...(view === "FULL" && { sources: sourcesOf(twin.desired) }),
  };
  const reported = section(twin.reported, createTime, view);
  const { updateTime } = twin.desired.updateTime > twin.reported.updateTime ? desired : reported;
  return {
    gatewayId,
    version: twin.version,
    desired,
    reported,
    delta: twin.delta,
    inSync: Object.keys(twin.delta).length === 0,
    createTime,
    updateTime,
  };
}

/** A section that was never changed is as old as its gateway. */
function section({ state, version, updateTime, times }: SectionView, createTime: string, view: View) {
  return {
    state,
    version,
    updateTime: updateTime > 0 ? rfc3339(updateTime) : createTime,
    ...(view === "FULL" && { metadata: readable(leafTimes(times, state)) }),
  };
}

function sourcesOf({ state, sources }: SectionView): JsonObject {
  return sources ?? leafStamps(OWN_SOURCE, state, OWN_SOURCE);
}

function readable(times: LeafTimes): JsonObject {
  const entries = Object.entries(times);
  return Object.fromEntries(
    entries.map(([key, time]) => [key, typeof time === "number" ? rfc3339(time) : readable(time)]),
  );
}
