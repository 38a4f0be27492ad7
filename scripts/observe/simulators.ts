import { type Child, startChild } from "../cluster/child.ts";

const A_DAY = 86_400;

type Fleet = {
  readonly apiUrl: string;
  readonly token: string;
  /** Where the gateways connect, and how many of them. */
  readonly shares: readonly { readonly mqttUrl: string; readonly gateways: number }[];
};

/** A simulator for each share, until they are stopped. They leave the gateways in place: all of it is thrown away. */
export function startSimulators({ apiUrl, token, shares }: Fleet): Child[] {
  return shares
    .filter(({ gateways }) => gateways > 0)
    .map(({ mqttUrl, gateways }, index) =>
      startChild({
        name: `simulator-${index + 1}`,
        args: ["simulator/simulate.ts", ...optionsOf(gateways, index + 1)],
        variables: { MQTT_URL: mqttUrl, API_URL: apiUrl, ADMIN_TOKEN: token },
        // A line each second about how it goes: Prometheus shows that.
        print: () => undefined,
      }),
    );
}

function optionsOf(gateways: number, seed: number): string[] {
  const options = { gateways, seed, seconds: A_DAY, heartbeat: 5, "drop-rate": 0.2 };
  return [...Object.entries(options).map(([name, value]) => `--${name}=${value}`), "--keep"];
}
