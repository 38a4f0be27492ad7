import { setTimeout as sleep } from "node:timers/promises";
import { call, mustCall } from "./api.ts";
import { callsOf } from "./calls.ts";
import { Player } from "./player.ts";

const PAUSE_MS = 100;

type TrafficOptions = {
  /** Of the nodes with REST; they are called in turn. */
  readonly httpUrls: readonly [string, ...string[]];
  readonly mqttUrl: string;
  /** An admin's. */
  readonly token: string;
};

export type Traffic = {
  /** The gateway that answers commands. */
  readonly player: Player;
  readonly stop: () => Promise<void>;
};

/** A gateway with a camera, a third party, and calls of every kind one after the other, until it is stopped. */
export async function startTraffic({ httpUrls, mqttUrl, token }: TrafficOptions): Promise<Traffic> {
  const [httpUrl] = httpUrls;
  const { gatewayId, credentials } = await newGateway(httpUrl, token);
  const player = await Player.start({ mqttUrl, gatewayId, password: credentials.password });
  const calls = callsOf({ gatewayId, admin: token, thirdparty: await thirdPartyKey(httpUrl, token) });
  const over = new AbortController();
  const running = (async () => {
    for (let turn = 0; !over.signal.aborted; turn += 1) {
      const next = calls[turn % calls.length];
      if (next) await call(httpUrls[turn % httpUrls.length] ?? httpUrl, next);
      player.tell();
      await sleep(PAUSE_MS);
    }
  })();
  const stop = async () => {
    over.abort();
    await running;
    await player.stop();
  };
  return { player, stop };
}

type NewGateway = { readonly gatewayId: string; readonly credentials: { readonly password: string } };

function newGateway(httpUrl: string, token: string): Promise<NewGateway> {
  const labels = { site: "observed" };
  return mustCall<NewGateway>(httpUrl, { method: "POST", path: "/v1/gateways", body: { labels }, token });
}

async function thirdPartyKey(httpUrl: string, token: string): Promise<string> {
  const body = { displayName: "A page", role: "thirdparty", gatewayFilter: "labels.site = observed" };
  const key = await mustCall<{ token: string }>(httpUrl, {
    method: "POST",
    path: "/v1/apiKeys",
    body,
    token,
  });
  return key.token;
}
