import { parseRoles, runsService, type ServiceName } from "../../services/roles.ts";
import { nextFreePort } from "../servers/free-port.ts";
import type { NodePlan } from "./node-process.ts";

const HOST = "127.0.0.1";

/** The first node's ports are those of `npm start`, or of the environment; the others get the next free ones. */
export async function planNodes(
  roles: readonly string[],
  common: Readonly<Record<string, string>>,
): Promise<NodePlan[]> {
  const { HTTP_PORT = "3000", MQTT_PORT = "1883" } = process.env;
  const [http, mqtt] = [await portsFrom(HTTP_PORT, roles.length), await portsFrom(MQTT_PORT, roles.length)];
  return roles.map((names, index) => {
    const id = `node-${index + 1}`;
    const [httpPort = "", mqttPort = ""] = [http[index], mqtt[index]];
    return {
      id,
      roles: names,
      httpUrl: urlOf("http", httpPort, names, "api"),
      mqttUrl: urlOf("mqtt", mqttPort, names, "mqtt-front"),
      variables: { ...common, NODE_ID: id, ROLES: names, HTTP_PORT: httpPort, MQTT_PORT: mqttPort },
    };
  });
}

/** Undefined for a node that does not run the service which listens there. */
function urlOf(scheme: string, port: string, roles: string, service: ServiceName): string | undefined {
  const listens = port !== "" && runsService(parseRoles(roles), service);
  return listens ? `${scheme}://${HOST}:${port}` : undefined;
}

/** As text; an empty first one (a node that does not listen) stays empty for all. */
async function portsFrom(first: string, count: number): Promise<string[]> {
  const ports = [first];
  for (let last = Number(first); ports.length < count; ) {
    if (first !== "") last = await nextFreePort(HOST, last + 1);
    ports.push(first === "" ? "" : String(last));
  }
  return ports;
}
