import type { DownMessage, Edge } from "../../actors/contracts/edge.ts";

export type Attributes = Readonly<Record<string, string | number>>;

/** What a span is about. Names and attributes are those of OpenTelemetry's semantic conventions. */
export type Work = {
  /** Of the Moleculer service that does it. */
  readonly service: string;
  readonly name: string;
  readonly kind: "server" | "client" | "producer" | "consumer" | "internal";
  readonly attributes: Attributes;
};

/** A request to the open API. */
export function httpRequest(method: string, route: string): Work {
  return {
    service: "api",
    name: `${method} ${route}`,
    kind: "server",
    attributes: { "http.request.method": method, "http.route": route },
  };
}

/** Commands that go to the actors of another node, in one call. */
export function asksToNode(action: string, nodeId: string, count: number): Work {
  const [service = action] = action.split(".");
  return {
    service,
    name: `send ${action}`,
    kind: "producer",
    attributes: {
      "messaging.system": "nats",
      "messaging.operation.type": "send",
      "messaging.destination.name": action,
      "messaging.batch.message_count": count,
      "server.address": nodeId,
    },
  };
}

/** One message of an actor. The destination is the type of actor: there are as many actors as gateways. */
export function actorTurn(service: string, type: string, command: string): Work {
  return {
    service,
    name: `process ${type} ${command}`,
    kind: "consumer",
    attributes: {
      "messaging.operation.type": "process",
      "messaging.operation.name": command,
      "messaging.destination.template": `${type}/{gatewayId}`,
    },
  };
}

/** The statement of a group commit: `rows` go in together, with `changes` of as many messages. */
export function groupCommit(service: string, system: string, rows: number, changes: number): Work {
  return {
    service,
    name: "INSERT commits",
    kind: "client",
    attributes: {
      "db.system.name": system,
      "db.operation.name": "INSERT",
      "db.collection.name": "commits",
      "db.operation.batch.size": rows,
      "gateway_twin.commit.changes": changes,
    },
  };
}

/** A message to a gateway. */
export function publishDown(edge: Edge, { gatewayId, topic, payload }: DownMessage): Work {
  const template = `gw/{gatewayId}/down/${topic}`;
  return {
    service: edge,
    name: `send ${template}`,
    kind: "producer",
    attributes: {
      "messaging.system": "mqtt",
      "messaging.operation.type": "send",
      "messaging.destination.name": `gw/${gatewayId}/down/${topic}`,
      "messaging.destination.template": template,
      "messaging.message.body.size": Buffer.byteLength(payload),
    },
  };
}
