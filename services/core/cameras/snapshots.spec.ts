import { expect, test } from "vitest";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { JsonObject } from "../../../actors/contracts/json.ts";
import type { Caller } from "../../../mixins/bridge.ts";
import { CAMERA_SETTINGS } from "./settings.ts";
import { findSnapshot, takeSnapshot } from "./snapshots.ts";

const SETTINGS = { ...CAMERA_SETTINGS, publicUrl: "http://host" };
const WANTED = { gatewayId: "gw-1", cameraId: "c1", by: "ann" };
const ARTIFACT = { artifactId: "a1", labels: { gatewayId: "gw-1", cameraId: "c1" } };

/** The services behind it; `calls` are those that were made. */
function outside(result: JsonObject | undefined, hasPicture: boolean) {
  const calls: { readonly name: string; readonly params: unknown }[] = [];
  const answers: Record<string, () => unknown> = {
    "artifacts.expect": () => ({ artifactId: "a1", token: "t", expireTime: "2026-01-01T00:00:00Z" }),
    "commands.create": () => ({ id: "x", state: "SUCCEEDED", ...(result && { result }) }),
    "artifacts.put": () => ARTIFACT,
    "artifacts.get": () => {
      if (!hasPicture) throw new DomainError("ARTIFACT_NOT_FOUND", { artifactId: "a1" });
      return ARTIFACT;
    },
  };
  const caller: Caller = {
    call: async <Returned>(name: string, params: unknown) => {
      calls.push({ name, params });
      return answers[name]?.() as Returned;
    },
  };
  return { caller, calls };
}

test("the gateway gets an address, and uploads the picture there", async () => {
  const { caller, calls } = outside(undefined, true);
  expect(await takeSnapshot(caller, WANTED, SETTINGS)).toBe(ARTIFACT);
  expect(calls[1]?.params).toMatchObject({
    name: "camera.snapshot",
    args: {
      camera: "c1",
      upload: { method: "PUT", url: "http://host/v1/artifacts/a1", headers: { authorization: "Bearer t" } },
    },
  });
});

test("or it answers with a small one", async () => {
  const { caller, calls } = outside({ contentType: "image/png", data: "AAAA" }, false);
  expect(await takeSnapshot(caller, WANTED, SETTINGS)).toBe(ARTIFACT);
  const params = { artifactId: "a1", token: "t", contentType: "image/png", data: "AAAA" };
  expect(calls.at(-1)).toEqual({ name: "artifacts.put", params });
});

test.each([
  [undefined, "uploaded no picture"],
  [{ data: 1 }, "no contentType and data"],
])("an answer %j without a picture is a failure of the gateway", async (result, problem) => {
  const { caller } = outside(result, false);
  await expect(takeSnapshot(caller, WANTED, SETTINGS)).rejects.toThrow(problem);
});

test("a picture of another camera is not to be had", async () => {
  const { caller } = outside(undefined, true);
  const asked = { gatewayId: "gw-1", cameraId: "c2", artifactId: "a1" };
  await expect(findSnapshot(caller, asked)).rejects.toMatchObject({ type: "ARTIFACT_NOT_FOUND" });
});
