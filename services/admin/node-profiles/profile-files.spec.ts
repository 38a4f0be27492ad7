import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PROFILE_KINDS, PROFILE_REASONS } from "../../../actors/contracts/node-profiles.ts";
import { temporaryDirectory } from "../../../test/helpers/actor-harness.ts";
import { ProfileFiles } from "./profile-files.ts";
import { fileNameOf, type ProfileName, parseFileName } from "./profile-name.ts";

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let folder: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
  folder = join(directory.path, "profiles");
});
afterEach(() => directory.remove());

const START = Date.parse("2026-06-01T02:03:04.005Z");
const named = (second: number): ProfileName => ({
  time: START + 1000 * second,
  kind: "CPU",
  reason: "LAG",
  nodeId: "node-1",
});
const files = (limits: { maxFiles?: number; maxBytes?: number } = {}) =>
  new ProfileFiles({ folder, maxFiles: 20, maxBytes: 1000, ...limits });
const idsIn = async (kept: ProfileFiles) =>
  (await kept.list()).map(({ profileId }) => profileId.slice(13, 15));

test("a file is named by time, kind, reason and node, and its name says it all again", () => {
  expect(fileNameOf({ ...named(0), nodeId: "a/b" })).toBe("20260601t020304005z-cpu-lag-a%2Fb.cpuprofile");
  const name = fc.record({
    time: fc.integer({ min: 0, max: Date.parse("9999-12-31T23:59:59.999Z") }),
    kind: fc.constantFrom(...PROFILE_KINDS),
    reason: fc.constantFrom(...PROFILE_REASONS),
    nodeId: fc.string({ minLength: 1 }),
  });
  fc.assert(
    fc.property(name, (given) => {
      expect(parseFileName(fileNameOf(given))).toEqual(given);
      expect(fileNameOf(given)).not.toContain("/");
    }),
    { seed: 20_260_602 },
  );
});

test("there are never more files or bytes than may be: the oldest go", async () => {
  const byCount = files({ maxFiles: 3 });
  for (let second = 0; second < 5; second++) await byCount.add(named(second), Buffer.alloc(10));
  expect(await idsIn(byCount)).toEqual(["08", "07", "06"]);
  const bySize = files({ maxBytes: 25 });
  await bySize.add(named(5), Buffer.alloc(10));
  expect(await idsIn(bySize)).toEqual(["09", "08"]);
  await expect(bySize.add(named(6), Buffer.alloc(26))).rejects.toMatchObject({
    type: "PROFILES_UNAVAILABLE",
  });
  expect(await idsIn(bySize)).toEqual(["09", "08"]);
});

test("other files are neither shown nor removed", async () => {
  await mkdir(folder);
  await writeFile(join(folder, "notes.txt"), "mine");
  const kept = files({ maxFiles: 1 });
  await kept.add(named(0), Buffer.alloc(10));
  await kept.add(named(1), Buffer.alloc(10));
  expect(await readdir(folder)).toEqual(["20260601t020305005z-cpu-lag-node-1.cpuprofile", "notes.txt"]);
});

test("what cannot be written leaves nothing, and says why", async () => {
  expect(await files().list()).toEqual([]);
  await writeFile(folder, "no folder");
  const failure = { type: "PROFILES_UNAVAILABLE", message: expect.stringContaining("ENOTDIR") };
  await expect(files().add(named(0), Buffer.alloc(1))).rejects.toMatchObject(failure);
  await expect(files().list()).rejects.toMatchObject(failure);
});
