import { expect, it } from "vitest";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import { KnownGateways } from "./known-gateways.ts";

const named = (displayName: string): Gateway => ({
  gatewayId: "gw-1",
  displayName,
  labels: {},
  createTime: "2026-01-01T00:00:00.000Z",
  updateTime: "2026-01-01T00:00:00.000Z",
});

it("asks the table once, and again after a change", async () => {
  const known = new KnownGateways();
  await known.get("gw-1", async () => named("old"));
  expect(await known.get("gw-1", async () => named("new"))).toEqual(named("old"));
  known.forget("gw-1");
  expect(await known.get("gw-1", async () => named("new"))).toEqual(named("new"));
});

it("does not keep what was read while a change was made", async () => {
  const known = new KnownGateways();
  const read = Promise.withResolvers<Gateway>();
  const reading = known.get("gw-1", () => read.promise);
  known.forget("gw-1");
  read.resolve(named("old"));
  expect(await reading).toEqual(named("old"));
  expect(await known.get("gw-1", async () => named("new"))).toEqual(named("new"));
});

it("reads once for all who ask at the same time, but not for those who ask after a change", async () => {
  const known = new KnownGateways();
  const reads: PromiseWithResolvers<Gateway>[] = [];
  const get = () =>
    known.get("gw-1", () => {
      const read = Promise.withResolvers<Gateway>();
      reads.push(read);
      return read.promise;
    });
  const early = [get(), get()];
  known.forget("gw-1");
  const late = get();
  expect(reads).toHaveLength(2);
  reads[0]?.resolve(named("old"));
  reads[1]?.resolve(named("new"));
  expect(await Promise.all(early)).toEqual([named("old"), named("old")]);
  expect(await late).toEqual(named("new"));
});

it("keeps no failure", async () => {
  const known = new KnownGateways();
  await expect(known.get("gw-1", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(await known.get("gw-1", async () => named("new"))).toEqual(named("new"));
});
