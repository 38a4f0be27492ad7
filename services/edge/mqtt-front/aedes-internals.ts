import type { Client } from "aedes";
import type { Link } from "./link.ts";

/**
 * The private parts of aedes 1.2.0 and mqtt-packet 9.0.2 that the front needs; both versions are pinned exactly,
 * and `test/integration/front-links.spec.ts` fails when they change.
 */
type Parser = NodeJS.EventEmitter & {
  parse(chunk: Buffer): number;
  /** Reads a packet's announced length; true when it is complete. */
  _parseLength(): boolean;
  _emitError(error: Error): void;
  packet: { length: number };
};

export type GatewayClient = Client & {
  _parser: Parser;
  /** Called when a packet is done; in the beginning also the listener for new bytes. */
  _nextBatch: (error?: Error | null) => void;
  _parsingBatch: number;
  _paused?: boolean;
  _keepaliveTimer: NodeJS.Timeout | null;
  /** It has sent DISCONNECT. */
  _disconnected: boolean;
  /** Calls back when the socket takes bytes again; a client that never reads is closed meanwhile. */
  waitForDrain(done: () => void): void;
  /** Ours: of its CONNECT, in milliseconds. */
  keepAliveMs?: number;
  /** Ours: set once the gateway is known. */
  link?: Link;
};

export function withInternals(client: Client): GatewayClient {
  return client as GatewayClient;
}

/** mqtt-packet buffers whatever length a packet announces: refuse it before that. */
export function limitPackets(client: GatewayClient, maxBytes: () => number, onRefused: () => void): void {
  const parser = client._parser;
  const parseLength = parser._parseLength;
  parser._parseLength = () => {
    const isComplete = parseLength.call(parser);
    if (!isComplete || parser.packet.length <= maxBytes()) return isComplete;
    onRefused();
    parser._emitError(new Error("the packet is too large"));
    return false;
  };
}
