import { randomUUID } from "node:crypto";
import type { AedesOptions, AuthenticateError, ConnectPacket, PublishPacket } from "aedes";
import type { Counters } from "../../../mixins/counters.ts";
import type { IngestBatcher } from "../ingest/ingest-batcher.ts";
import { newSessionId, Session } from "../signals/session.ts";
import { type GatewayClient, withInternals } from "./aedes-internals.ts";
import type { Authenticator } from "./authenticator.ts";
import { certifiedName } from "./client-certificate.ts";
import { Link } from "./link.ts";
import type { Links } from "./links.ts";
import type { FrontSettings } from "./settings.ts";

type SessionsOptions = {
  readonly authenticator: Authenticator;
  readonly links: Links;
  readonly nodeId: string;
  readonly counters: Counters;
  readonly settings: FrontSettings;
  readonly batcher: Pick<IngestBatcher, "purge">;
  readonly receive: (link: Link, packet: PublishPacket, release: () => void) => void;
  readonly onClosed: (link: Link) => void;
};

const CLIENT_ID_LENGTH = 512;
/** CONNACK return codes of MQTT 3.1.1. */
const RETURN_CODES = { identifier: 2, wrong: 5, limited: 5, unavailable: 3 } as const;
type Refusal = keyof typeof RETURN_CODES;

export type SessionHooks = Required<
  Pick<AedesOptions, "preConnect" | "authenticate" | "authorizePublish" | "authorizeSubscribe">
>;

/** What aedes asks about a connection: who it is, and what it may do. */
export function sessionHooks(options: SessionsOptions): SessionHooks {
  const { authenticator, links, nodeId, counters, settings, batcher, receive, onClosed } = options;

  function open(client: GatewayClient, gatewayId: string): void {
    const session = new Session(gatewayId, newSessionId(nodeId), client.keepAliveMs ?? 0);
    const link = new Link(session, client, settings);
    client.link = link;
    links.add(link);
    counters.count("gateway_twin.edge.connections.opened.total");
    client.conn.once("close", () => {
      links.remove(link);
      batcher.purge(gatewayId);
      onClosed(link);
    });
  }

  /** The link is there as soon as the check has ended: a revocation must find one of them. */
  async function authenticate(
    client: GatewayClient,
    gatewayId: string,
    password: Uint8Array,
  ): Promise<Refusal | null> {
    if (client.id.length > CLIENT_ID_LENGTH) return "identifier";
    const isConnected = () => !client.closed;
    const certified = certifiedName(client.conn);
    // Who shows a certificate is whom it names, or nobody.
    if (certified !== undefined && certified !== gatewayId) return "wrong";
    const verdict =
      certified === undefined
        ? await authenticator.check({ gatewayId, password }, isConnected)
        : await authenticator.checkCertified(gatewayId);
    if (verdict !== "accepted") return verdict;
    if (isConnected()) open(client, gatewayId);
    return null;
  }

  function refuse(reason: Refusal): AuthenticateError {
    counters.count("gateway_twin.edge.connections.refused.total", { reason });
    return Object.assign(new Error(`refused: ${reason}`), { returnCode: RETURN_CODES[reason] });
  }

  return {
    preConnect(client, packet, done) {
      withInternals(client).keepAliveMs = 1000 * prepare(packet, certifiedName(client.conn), settings);
      done(null, true);
    },
    authenticate(client, username, password, done) {
      authenticate(withInternals(client), username ?? "", password ?? Buffer.alloc(0)).then(
        (refusal) => (refusal ? done(refuse(refusal), false) : done(null, true)),
        () => done(refuse("unavailable"), false),
      );
    },
    authorizePublish(client, packet, done) {
      const link = client && withInternals(client).link;
      if (!link || link.isMuted) return done(null);
      receive(link, packet, () => link.pubacks.add(packet, done));
    },
    /** Known before SUBACK is written: an answer may be the next thing to send. */
    authorizeSubscribe(client, subscription, done) {
      const { link } = withInternals(client);
      const isAllowed = link?.subscribe(subscription.topic, subscription.qos) ?? false;
      if (!isAllowed) counters.count("gateway_twin.edge.subscriptions.refused.total");
      done(null, isAllowed ? subscription : null);
    },
  };
}

/**
 * A certificate is enough of a name. Client ids are namespaced by the gateway, so that it can take over only its own connections. Sessions are always
 * clean: after each connect a gateway says hello and is told what it missed, as one delta instead of a queue.
 * Returns the keep-alive in seconds.
 */
function prepare(packet: ConnectPacket, certified: string | undefined, settings: FrontSettings): number {
  packet.username ??= certified ?? "";
  const { username, clientId } = packet;
  packet.clientId = `${username}/${clientId || randomUUID()}`;
  packet.clean = true;
  packet.keepalive ||= settings.keepAliveSeconds;
  return packet.keepalive;
}
