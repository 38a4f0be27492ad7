import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { BOOTSTRAP, type Principal } from "../../actors/contracts/access.ts";
import { MemoryWindows } from "../../stores/memory/rate-windows.ts";
import { DEFAULT_RATE_LIMITS, type RateLimits, rateLimiter } from "./limits.ts";

type Asked = {
  method: string;
  by?: string;
  role?: Principal["role"];
  camera?: string;
  address?: string;
  client?: string;
};

function limiter(limits: RateLimits, trustedProxies = 0) {
  let now = 0;
  const refused: unknown[] = [];
  const counters = {
    count: (name: string, labels = {}) => void refused.push([name, labels]),
    gauge: () => undefined,
  };
  const windows = new MemoryWindows(100, () => now);
  const admit = rateLimiter({ windows, limits, counters, trustedProxies });
  const ask = async ({ method, by = "key:a", role = "admin", camera, address = "::1", client }: Asked) => {
    const socket = Object.defineProperty(new Socket(), "remoteAddress", { value: address });
    const request = Object.assign(new IncomingMessage(socket), { method });
    if (client !== undefined) request.headers["x-forwarded-for"] = client;
    const parameters = { gatewayId: "gw", ...(camera !== undefined && { cameraId: camera }) };
    return admit({ principal: { name: by, role }, exchange: { request, parameters } });
  };
  /** How many of so many are let in. */
  const admitted = async (asked: Asked, times: number) => {
    const all = await Promise.allSettled(Array.from({ length: times }, () => ask(asked)));
    return all.filter(({ status }) => status === "fulfilled").length;
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { ask, admitted, refused, pass };
}

describe("limits of calls", () => {
  test("are those of the contract when nothing else is said", async () => {
    const { admitted } = limiter(DEFAULT_RATE_LIMITS);
    expect(await admitted({ method: "GET" }, 700)).toBe(600);
    expect(await admitted({ method: "POST", camera: "c" }, 40)).toBe(30);
    expect(await admitted({ method: "DELETE" }, 700)).toBe(80);
  });

  test("are each caller's own, for reads, for writes, and for writes to each camera", async () => {
    const { admitted } = limiter({ reads: 3, writes: 6, camera: 2 });
    expect(await admitted({ method: "GET" }, 2)).toBe(2);
    expect(await admitted({ method: "HEAD" }, 2)).toBe(1);
    expect(await admitted({ method: "POST", camera: "one" }, 3)).toBe(2);
    expect(await admitted({ method: "GET", camera: "one", by: "key:b" }, 3)).toBe(3);
    expect(await admitted({ method: "POST", camera: "one", by: "key:b" }, 3)).toBe(2);
    expect(await admitted({ method: "POST", camera: "two" }, 3)).toBe(2);
    // What a camera's limit refused was a write all the same.
    expect(await admitted({ method: "PATCH" }, 2)).toBe(0);
  });

  test("do not count for the key that a fleet is set up with", async () => {
    const { admitted } = limiter({ reads: 1, writes: 1, camera: 1 });
    expect(await admitted({ method: "POST", by: BOOTSTRAP, camera: "c" }, 50)).toBe(50);
  });

  test("are each address's own for those without a token", async () => {
    const { admitted } = limiter({ reads: 1, writes: 2, camera: 1 });
    const anyone = { method: "POST", by: "anyone", role: "anyone" } as const;
    expect(await admitted({ ...anyone, address: "10.0.0.1" }, 5)).toBe(2);
    expect(await admitted({ ...anyone, address: "10.0.0.2" }, 5)).toBe(2);
  });

  test("are those of the clients behind a proxy of ours", async () => {
    const { admitted } = limiter({ reads: 1, writes: 2, camera: 1 }, 1);
    const anyone = { method: "POST", by: "anyone", role: "anyone" } as const;
    expect(await admitted({ ...anyone, client: "203.0.113.1" }, 5)).toBe(2);
    expect(await admitted({ ...anyone, client: "203.0.113.2" }, 5)).toBe(2);
  });

  test("say what the limit is and when to try again, and it is so", async () => {
    const { ask, pass, refused } = limiter({ reads: 2, writes: 1, camera: 1 });
    await ask({ method: "GET" });
    pass(20_500);
    await ask({ method: "GET" });
    await expect(ask({ method: "GET" })).rejects.toMatchObject({
      type: "RATE_LIMITED",
      message: "At most 2 requests in 60 s are allowed; try again in 40 s.",
      data: { limit: 2, windowSeconds: 60, retryAfterSeconds: 40 },
    });
    expect(refused).toEqual([["gateway_twin.limits.refused.total", { limit: "reads" }]]);
    pass(39_499);
    await expect(ask({ method: "GET" })).rejects.toMatchObject({ data: { retryAfterSeconds: 1 } });
    pass(1);
    await ask({ method: "GET" });
  });
});
