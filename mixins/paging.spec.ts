import { describe, expect, test } from "vitest";
import { keyOfToken, orderOf, pageSizeOf, pageTokenOf, scanPage } from "./paging.ts";

describe("a page token", () => {
  const scope = ["labels.site = a", "createTime"];

  test("leads back to its key", () => {
    expect(keyOfToken(pageTokenOf(scope, [5, "gw-1"]), scope, [0, ""])).toEqual([5, "gw-1"]);
    expect(keyOfToken(undefined, scope, [0, ""])).toBeUndefined();
    expect(pageTokenOf(scope, undefined)).toBe("");
  });

  test.each([
    ["another list", pageTokenOf(["", "createTime"], [5, "gw-1"])],
    ["a key of another type", pageTokenOf(scope, ["5", "gw-1"])],
    ["a key of another length", pageTokenOf(scope, ["gw-1"])],
    ["no token of ours", "rubbish"],
    ["JSON that is no list", Buffer.from("{}").toString("base64url")],
  ])("of %s is refused", (_, token) => {
    expect(() => keyOfToken(token, scope, [0, ""])).toThrow("page token");
  });
});

describe("orderBy", () => {
  const fields = ["gatewayId", "createTime"] as const;

  test.each([
    [undefined, "gatewayId", false],
    ["", "gatewayId", false],
    ["createTime", "createTime", false],
    ["createTime asc", "createTime", false],
    [" createTime  desc ", "createTime", true],
  ])("%j", (text, field, descending) => {
    expect(orderOf(text, fields)).toEqual({ field, descending });
  });

  test.each(["password", "gatewayId,createTime", "gatewayId DESC", "gatewayId desc desc", "desc"])(
    "%j is refused",
    (text) => expect(() => orderOf(text, fields)).toThrow("orderBy must be one of gatewayId, createTime"),
  );
});

test("the page size is 50 when not given or 0, and at most 1000", () => {
  expect([undefined, 0, 7, 1000, 1001, 1e20].map(pageSizeOf)).toEqual([50, 50, 7, 1000, 1000, 1000]);
});

describe("a scan", () => {
  const numbers = Array.from({ length: 50_000 }, (_, index) => index);
  const page = (start: number | undefined, pageSize: number, accepts: (row: number) => boolean) => {
    let fetched = 0;
    const fetch = async (after: readonly (string | number)[] | undefined, limit: number) => {
      const from = after === undefined ? 0 : Number(after[0]) + 1;
      fetched += limit;
      return numbers.slice(from, from + limit);
    };
    const scan = {
      pageSize,
      start: start === undefined ? undefined : [start],
      fetch,
      keyOf: (row: number) => [row],
    };
    return scanPage({ ...scan, accepts }).then((found) => ({ ...found, fetched }));
  };

  test("gives a page and where it ends", async () => {
    expect(await page(undefined, 3, () => true)).toEqual({ rows: [0, 1, 2], next: [2], fetched: 4 });
    expect(await page(2, 3, (row) => row % 2 === 0)).toMatchObject({ rows: [4, 6, 8], next: [8] });
  });

  test("has no next page at the end", async () => {
    expect(await page(49_996, 3, () => true)).toMatchObject({
      rows: [49_997, 49_998, 49_999],
      next: undefined,
    });
    expect(await page(49_999, 3, () => true)).toMatchObject({ rows: [], next: undefined });
  });

  test("gives up for now when little matches", async () => {
    const { rows, next, fetched } = await page(undefined, 3, (row) => row === 45_000);
    expect(rows).toEqual([]);
    expect(fetched).toBeLessThan(22_000);
    expect(await page(Number(next?.[0]), 3, (row) => row === 45_000)).toMatchObject({
      rows: [],
      fetched: 20_004,
    });
  });
});
