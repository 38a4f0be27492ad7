import type { Call } from "./api.ts";

type Callers = {
  readonly gatewayId: string;
  readonly admin: string;
  readonly thirdparty: string;
};

/** What people and programs ask of the REST interface in turn: things that go well, and every kind that does not. */
export function callsOf({ gatewayId, admin, thirdparty }: Callers): Call[] {
  const gateway = `/v1/gateways/${gatewayId}`;
  const camera = `${gateway}/cameras/c1`;
  const get = (path: string): Call => ({ method: "GET", path, token: admin });
  const post = (path: string, body: object, token = admin): Call => ({ method: "POST", path, body, token });
  const command = (name: string) => post(`${gateway}/commands`, { name, timeoutSeconds: 1 });
  return [
    get("/v1/gateways?pageSize=10"),
    get("/v1/twins?filter=inSync%20%3D%20true&pageSize=10"),
    get("/v1/events?pageSize=10"),
    get("/v1/presence:summary"),
    get("/v1/cluster"),
    get("/v1/auditLogs?pageSize=5"),
    get(`${gateway}/twin`),
    get(`${gateway}/twin/history`),
    get(`${gateway}/config`),
    get(`${gateway}:overview`),
    { method: "PATCH", path: `${gateway}/twin/desired`, body: { mode: Math.random() }, token: admin },
    command("ping"),
    command("ping"),
    command("fail"),
    command("ping"),
    command("ping"),
    command("silent"),
    command("ping"),
    post(`${camera}:move`, { pan: 1, tilt: 1 }, thirdparty),
    post(`${camera}:startStream`, { viewer: "page-1" }, thirdparty),
    post(`${camera}:stopStream`, { viewer: "page-1" }, thirdparty),
    post(`${camera}:snapshot`, {}),
    get("/v1/gateways/there-is-none/twin"),
    post("/v1/gateways", { labels: "not an object" }),
    { ...post(`${gateway}/commands`, { name: "ping" }), idempotencyKey: "the same each time" },
    post("/v1/configProfiles", {}, thirdparty),
    { method: "GET", path: "/v1/gateways" },
  ];
}
