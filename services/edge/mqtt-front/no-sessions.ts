import { Readable } from "node:stream";

const done = Promise.resolve();
const none = Promise.resolve([]);
const nothing = () => done;
const empty = () => Readable.from([]);

/**
 * What aedes asks of its persistence, with nothing kept: all sessions are clean, nothing is retained or queued.
 * (The in-memory one keeps an entry per client id for ever.)
 */
export function noSessions() {
  return {
    setup: async () => {},
    storeRetained: nothing,
    createRetainedStreamCombi: empty,
    subscriptionsByClient: () => none,
    subscriptionsByTopic: () => none,
    addSubscriptions: nothing,
    removeSubscriptions: nothing,
    cleanSubscriptions: nothing,
    outgoingStream: empty,
    outgoingEnqueue: nothing,
    outgoingEnqueueCombi: nothing,
    outgoingUpdate: nothing,
    outgoingClearMessageId: nothing,
    incomingStorePacket: nothing,
    /** A QoS 2 PUBLISH is always taken as new (the twins recognise a copy); a PUBREL is always answered. */
    incomingGetPacket: (_client: unknown, packet: { cmd: string }) =>
      packet.cmd === "publish" ? Promise.reject(new Error("no such packet")) : Promise.resolve(packet),
    incomingDelPacket: nothing,
    cleanIncoming: nothing,
    putWill: nothing,
    delWill: nothing,
    streamWill: empty,
  };
}
