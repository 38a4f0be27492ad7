import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Params } from "../../actors/contracts/contract.ts";
import { call } from "../../mixins/bridge.ts";
import { type RestHarness, startRest } from "./rest-harness.ts";

let rest: RestHarness;
const list = (params: Params<"gateways.list"> = {}) => call(rest.broker, "gateways.list", params);
const idsOf = async (params?: Params<"gateways.list">) =>
  (await list(params)).gateways.map(({ gatewayId }) => gatewayId);

describe("listing", () => {
  beforeAll(async () => {
    rest = await startRest();
    for (const [index, id] of ["c", "a", "e", "b", "d"].entries()) {
      rest.time.now += 1000;
      await call(rest.broker, "gateways.create", {
        gatewayId: id,
        displayName: index < 3 ? "same" : "other",
        labels: { site: index % 2 ? "x" : "y", "a.b": id },
      });
    }
  });

  afterAll(() => rest.stop());

  async function pages(params: Params<"gateways.list">): Promise<string[][]> {
    const found: string[][] = [];
    let pageToken = "";
    do {
      const page = await list({ ...params, pageToken });
      found.push(page.gateways.map(({ gatewayId }) => gatewayId));
      pageToken = page.nextPageToken;
    } while (pageToken);
    return found;
  }

  test.each<[Params<"gateways.list">, string[][]]>([
    [{}, [["a", "b", "c", "d", "e"]]],
    [{ pageSize: 2 }, [["a", "b"], ["c", "d"], ["e"]]],
    [{ pageSize: 5 }, [["a", "b", "c", "d", "e"]]],
    [{ pageSize: 2, orderBy: "gatewayId desc" }, [["e", "d"], ["c", "b"], ["a"]]],
    [{ pageSize: 2, orderBy: "displayName" }, [["b", "d"], ["a", "c"], ["e"]]],
    [{ pageSize: 2, orderBy: "displayName desc" }, [["e", "c"], ["a", "d"], ["b"]]],
    [
      { pageSize: 3, orderBy: "createTime desc" },
      [
        ["d", "b", "e"],
        ["a", "c"],
      ],
    ],
    [{ pageSize: 1, filter: "labels.site = x" }, [["a"], ["b"]]],
    [{ filter: 'labels."a.b" = d OR labels.a.b = e' }, [["d", "e"]]],
    [{ filter: 'createTime >= "2026-03-01T00:00:04Z" AND displayName = other' }, [["b", "d"]]],
    [{ filter: "labels:none" }, [[]]],
    [{ filter: "NOT labels.none:* gatewayId < c" }, [["a", "b"]]],
  ])("%j gives %j", async (params, expected) => {
    expect(await pages(params)).toEqual(expected);
  });

  test("takes a page token only for the same list", async () => {
    const { nextPageToken: pageToken } = await list({ pageSize: 2, filter: "labels.site = y" });
    expect(await idsOf({ pageSize: 1, filter: "(labels.site=y)", pageToken })).toEqual(["e"]);
    for (const other of [
      {},
      { filter: "labels.site = x" },
      { filter: "labels.site = y", orderBy: "createTime" },
    ]) {
      await expect(list({ ...other, pageToken })).rejects.toMatchObject({ type: "INVALID_PAGE_TOKEN" });
    }
  });

  test.each([
    ["1001", 200],
    ["99999999999", 200],
    ["0", 200],
    ["-1", 400],
    ["1.5", 400],
  ])("answers a page size of %s with %i", async (size, status) => {
    expect((await rest.request("GET", `/v1/gateways?pageSize=${size}`)).status).toBe(status);
  });

  test("refuses unknown orders and fields", async () => {
    await expect(list({ orderBy: "passwordHash" })).rejects.toMatchObject({
      type: "INVALID_ARGUMENT",
      violations: [{ field: "orderBy" }],
    });
    for (const filter of ["passwordHash:*", "displayName.x = 1", "labels.site"]) {
      await expect(list({ filter })).rejects.toMatchObject({ type: "INVALID_FILTER" });
    }
  });
});
