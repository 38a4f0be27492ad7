import { expect, test } from "vitest";
import { DEFAULT_CAMERA_RULES } from "../../../actors/camera/rules.ts";
import type { Params } from "../../../actors/contracts/contract.ts";
import { listCameras } from "./list.ts";

const cameras = ["c", "a", "d", "b"].map((cameraId) => {
  const leases = cameraId === "d" ? [{ viewer: "page", by: "api:op", expireTime: 2000 }] : [];
  const control = cameraId === "a" ? { holder: "api:op", expireTime: 2000 } : null;
  return {
    cameraId,
    name: `Door ${cameraId}`,
    ptz: cameraId > "b",
    leases,
    stream: null,
    stops: [],
    control,
  };
});

async function pages(asked: Omit<Params<"cameras.list">, "gatewayId">): Promise<string[]> {
  const found: string[] = [];
  for (let pageToken = ""; ; ) {
    const params = { gatewayId: "gw-1", ...asked, pageToken };
    const page = await listCameras(params, { cameras, streamedMs: 0 }, DEFAULT_CAMERA_RULES, 1000);
    found.push(page.cameras.map(({ cameraId }) => cameraId).join(""));
    pageToken = page.nextPageToken;
    if (!pageToken) return found;
  }
}

test.each([
  [{}, ["abcd"]],
  [{ pageSize: 3 }, ["abc", "d"]],
  [{ pageSize: 3, orderBy: "cameraId desc" }, ["dcb", "a"]],
  [{ pageSize: 1, filter: "ptz = true" }, ["c", "d"]],
  [{ filter: "displayName:door AND NOT cameraId = b", orderBy: "cameraId desc" }, ["dca"]],
  [{ filter: 'control.holder = "api:op" OR stream.viewers:*', orderBy: "" }, ["abcd"]],
  [{ filter: "control.holder:*" }, ["a"]],
  [{ filter: "stream.state = ON" }, [""]],
])("%j lists %j", async (asked, expected) => {
  expect(await pages(asked)).toEqual(expected);
});

test.each([{ filter: "url = x" }, { filter: "ptz = 1" }, { filter: "ptz.x = true" }, { orderBy: "ptz" }])(
  "%j is refused",
  (asked) => expect(pages(asked)).rejects.toThrow(/filter|orderBy/),
);
