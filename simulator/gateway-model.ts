import { difference, hashOf, isEmpty, type JsonObject, merge } from "./json.ts";

// One simulated gateway as a pure machine: step(model, input) -> model and messages to send. No clock, no chance,
// no MQTT. It keeps every message in its own spool and sends the spool again after each connect; it does not rely
// on the store of the MQTT library, whose client lives for one connection only.

export interface Entry {
  readonly id: number;
  readonly topic: "reported" | "telemetry";
  readonly body: JsonObject;
  readonly boot: string;
  readonly seq: number;
  /** Number of the report over all boots; 0 for telemetry. */
  readonly counter: number;
  readonly pubacked: boolean;
  readonly acked: boolean;
  readonly sentAt: number | undefined;
}

export interface Tally {
  readonly sent: number;
  readonly resent: number;
  readonly acknowledged: number;
  readonly deltas: number;
  readonly fulls: number;
  readonly links: number;
  readonly refused: number;
  readonly wrongHashes: number;
}

export interface GatewayModel {
  readonly boot: string;
  readonly seq: number;
  readonly connected: boolean;
  /** Whether every report carries its number as `counter`. */
  readonly counted: boolean;
  readonly counter: number;
  readonly ackedCounter: number;
  readonly nextId: number;
  readonly desired: JsonObject;
  readonly desiredVersion: number | undefined;
  /** Known only while `desired` is a full document; a delta does not tell which keys are gone. */
  readonly desiredHash: string | undefined;
  /** What the twin's reported state is once the spool is empty. */
  readonly reported: JsonObject;
  readonly spool: readonly Entry[];
  readonly lastRefusal: string | undefined;
  readonly tally: Tally;
}

export interface Inputs {
  linkUp: { readonly now: number };
  linkDown: object;
  powerCycled: { readonly boot: string };
  sampled: { readonly state: JsonObject; readonly now: number };
  measured: { readonly values: JsonObject; readonly at: number; readonly now: number };
  beaten: { readonly board: JsonObject };
  delta: { readonly version: number; readonly state: JsonObject; readonly now: number };
  desired: {
    readonly version: number;
    readonly state: JsonObject;
    readonly hash: string;
    readonly now: number;
  };
  pubacked: { readonly id: number };
  acked: { readonly boot: string | undefined; readonly seq: number | undefined };
  refused: { readonly seq: number | undefined; readonly reason: string };
}

export type Input<K extends keyof Inputs = keyof Inputs> = { [P in K]: { readonly type: P } & Inputs[P] }[K];

export interface Output {
  readonly topic: "hello" | "heartbeat" | Entry["topic"];
  readonly body: JsonObject;
  /** Set when the PUBACK has to be told back as `pubacked`. */
  readonly id?: number;
}

interface Step {
  readonly model: GatewayModel;
  readonly outputs: readonly Output[];
}

type Handlers = { readonly [K in keyof Inputs]: (model: GatewayModel, input: Input<K>) => Step };

const FIRMWARE = "sim-1.0.0";

const handlers: Handlers = {
  linkUp: (model, { now }) => ({
    model: {
      ...model,
      connected: true,
      spool: model.spool.map((entry) => ({ ...entry, sentAt: now })),
      tally: countSpool(model),
    },
    outputs: [hello(model), ...model.spool.map(outputOf)],
  }),

  linkDown: (model) => only({ ...model, connected: false }),

  // What was not acknowledged survives, as in flash, and is reported anew under the new boot. Applied again after
  // any part of itself, a row of merge patches ends in the same state, so it does not matter what arrived before.
  powerCycled: (model, { boot }) => {
    let seq = 0;
    const spool = model.spool.map((entry) =>
      entry.topic === "reported" ? renumber(entry, boot, ++seq) : entry,
    );
    return only({ ...model, connected: false, boot, seq, spool });
  },

  sampled: (model, { state, now }) => report(model, state, now),

  measured: (model, { values, at, now }) =>
    spoolUp(model, { topic: "telemetry", body: { ts: at, values }, seq: 0, counter: 0, acked: true }, now),

  /** QoS 0, and never sent later: it is only true now. */
  beaten: (model, { board }) => ({
    model,
    outputs: model.connected ? [{ topic: "heartbeat", body: { board } }] : [],
  }),

  delta: (model, { version, state, now }) => {
    if (version < (model.desiredVersion ?? 0)) return only(model);
    const desired = merge(model.desired, state);
    const tally = { ...model.tally, deltas: model.tally.deltas + 1 };
    return report({ ...model, desired, desiredVersion: version, desiredHash: undefined, tally }, state, now);
  },

  desired: (model, { version, state, hash, now }) => {
    if (version < (model.desiredVersion ?? 0)) return only(model);
    const desiredHash = hashOf(state);
    const wrongHashes = model.tally.wrongHashes + (hash === desiredHash ? 0 : 1);
    const tally = { ...model.tally, fulls: model.tally.fulls + 1, wrongHashes };
    const informed = { ...model, desired: state, desiredVersion: version, desiredHash, tally };
    const unreported = difference(state, model.reported);
    return isEmpty(unreported) ? only(informed) : report(informed, unreported, now);
  },

  pubacked: (model, { id }) =>
    only(settle(model, (entry) => (entry.id === id ? { ...entry, pubacked: true } : entry))),

  acked: (model, { boot, seq }) =>
    only(
      settle(model, (entry) =>
        isReport(entry, boot ?? model.boot, seq) ? { ...entry, acked: true } : entry,
      ),
    ),

  refused: (model, { seq, reason }) =>
    only({
      ...model,
      spool: model.spool.filter((entry) => !isReport(entry, model.boot, seq)),
      lastRefusal: reason,
      tally: { ...model.tally, refused: model.tally.refused + 1 },
    }),
};

export function step<K extends keyof Inputs>(model: GatewayModel, input: Input<K>): Step {
  return handlers[input.type](model, input);
}

export function newGateway(boot: string, counted = true): GatewayModel {
  return {
    boot,
    counted,
    seq: 0,
    connected: false,
    counter: 0,
    ackedCounter: 0,
    nextId: 1,
    desired: {},
    desiredVersion: undefined,
    desiredHash: undefined,
    reported: {},
    spool: [],
    lastRefusal: undefined,
    tally: { sent: 0, resent: 0, acknowledged: 0, deltas: 0, fulls: 0, links: 0, refused: 0, wrongHashes: 0 },
  };
}

/** Connected, everything acknowledged, every known wish reported. */
export function isSettled(model: GatewayModel): boolean {
  return model.connected && model.spool.length === 0 && isEmpty(difference(model.desired, model.reported));
}

/** MQTT 3.1.1 resends on a new connection only, so a silent server is left and joined again. */
export function isOverdue(model: GatewayModel, now: number, patienceMs: number): boolean {
  const sentAt = model.connected ? model.spool[0]?.sentAt : undefined;
  return sentAt !== undefined && now - sentAt > patienceMs;
}

function only(model: GatewayModel): Step {
  return { model, outputs: [] };
}

function hello({ boot, desiredVersion, desiredHash }: GatewayModel): Output {
  const version = desiredVersion === undefined ? {} : { desiredVersion };
  const hash = desiredHash === undefined ? {} : { desiredHash };
  return { topic: "hello", body: { boot, firmware: FIRMWARE, ...version, ...hash } };
}

function report(model: GatewayModel, patch: JsonObject, now: number): Step {
  const seq = model.seq + 1;
  const counter = model.counter + 1;
  const state = model.counted ? { ...patch, counter } : patch;
  const body = { state, boot: model.boot, seq, ts: now };
  const advanced = { ...model, seq, counter, reported: merge(model.reported, state) };
  return spoolUp(advanced, { topic: "reported", body, seq, counter, acked: false }, now);
}

type Draft = Pick<Entry, "topic" | "body" | "seq" | "counter" | "acked">;

function spoolUp(model: GatewayModel, draft: Draft, now: number): Step {
  const sentAt = model.connected ? now : undefined;
  const entry = { ...draft, id: model.nextId, boot: model.boot, pubacked: false, sentAt };
  const sent = model.tally.sent + (model.connected && entry.topic === "reported" ? 1 : 0);
  return {
    model: {
      ...model,
      nextId: model.nextId + 1,
      spool: [...model.spool, entry],
      tally: { ...model.tally, sent },
    },
    outputs: model.connected ? [outputOf(entry)] : [],
  };
}

function outputOf({ topic, body, id }: Entry): Output {
  return { topic, body, id };
}

function renumber(entry: Entry, boot: string, seq: number): Entry {
  return { ...entry, boot, seq, body: { ...entry.body, boot, seq }, pubacked: false, acked: false };
}

function isReport(entry: Entry, boot: string, seq: number | undefined): boolean {
  return entry.topic === "reported" && entry.boot === boot && entry.seq === seq;
}

function countSpool({ spool, tally }: GatewayModel): Tally {
  const reports = spool.filter((entry) => entry.topic === "reported");
  const resent = reports.filter((entry) => entry.sentAt !== undefined).length;
  return {
    ...tally,
    links: tally.links + 1,
    sent: tally.sent + reports.length - resent,
    resent: tally.resent + resent,
  };
}

/** An entry leaves the spool with its PUBACK and, for a report, its `down/ack`, whichever comes last. */
function settle(model: GatewayModel, mark: (entry: Entry) => Entry): GatewayModel {
  const marked = model.spool.map(mark);
  const done = marked.filter((entry) => entry.pubacked && entry.acked && entry.topic === "reported");
  return {
    ...model,
    spool: marked.filter((entry) => !(entry.pubacked && entry.acked)),
    ackedCounter: Math.max(model.ackedCounter, ...done.map((entry) => entry.counter)),
    tally: { ...model.tally, acknowledged: model.tally.acknowledged + done.length },
  };
}
