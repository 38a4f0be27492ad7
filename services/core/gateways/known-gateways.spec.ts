import { expect, it } from "vitest";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import { waitFor } from "../../../test/helpers/wait-for.ts";
import { KnownGateways } from "./known-gateways.ts";

const named = (displayName: string): Gateway => ({
  gatewayId: "gw-1",
  displayName,
  labels: {},
  createTime: "2026-01-01T00:00:00.000Z",
  updateTime: "2026-01-01T00:00:00.000Z",
});

const found = (displayName: string) => new Map([["gw-1", named(displayName)]]);

/** Reads that wait until they are resolved, in the order in which they began. */
function heldReads() {
  const reads: PromiseWithResolvers<ReadonlyMap<string, Gateway>>[] = [];
  const known = new KnownGateways(() => {
    const read = Promise.withResolvers<ReadonlyMap<string, Gateway>>();
    reads.push(read);
    return read.promise;
  });
  const begun = (count: number) => waitFor(`read ${count}`, () => reads.length === count);
  return { known, reads, begun };
}

it("asks the table once, and again after a change", async () => {
  let stored = found("old");
  const known = new KnownGateways(async () => stored);
  await known.get("gw-1");
  stored = found("new");
  expect(await known.get("gw-1")).toEqual(named("old"));
  known.forget("gw-1");
  expect(await known.get("gw-1")).toEqual(named("new"));
});

it("does not keep what was read while a change was made", async () => {
  const { known, reads, begun } = heldReads();
  const reading = known.get("gw-1");
  await begun(1);
  known.forget("gw-1");
  reads[0]?.resolve(found("old"));
  expect(await reading).toEqual(named("old"));
  const again = known.get("gw-1");
  await begun(2);
  reads[1]?.resolve(found("new"));
  expect(await again).toEqual(named("new"));
});

it("reads once for all who ask at the same time, but not for those who ask after a change", async () => {
  const { known, reads, begun } = heldReads();
  const early = [known.get("gw-1"), known.get("gw-1")];
  await begun(1);
  known.forget("gw-1");
  const late = known.get("gw-1");
  reads[0]?.resolve(found("old"));
  await begun(2);
  expect(reads).toHaveLength(2);
  reads[1]?.resolve(found("new"));
  expect(await Promise.all(early)).toEqual([named("old"), named("old")]);
  expect(await late).toEqual(named("new"));
});

it("keeps no failure, and nothing of what does not exist", async () => {
  let load = (): Promise<ReadonlyMap<string, Gateway>> => Promise.reject(new Error("away"));
  const known = new KnownGateways(() => load());
  await expect(known.get("gw-1")).rejects.toThrow("away");
  load = async () => new Map();
  expect(await known.get("gw-1")).toBeUndefined();
  load = async () => found("new");
  expect(await known.get("gw-1")).toEqual(named("new"));
});
