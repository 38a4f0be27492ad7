import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { JsonObject } from "../contracts/json.ts";
import type { Downlink } from "../runtime/actor.ts";
import type { GatewayAnswer, SectionView, TwinView } from "./contract.ts";
import { deltaOf } from "./merge-patch.ts";
import { sourcesOf } from "./profiles.ts";
import type { Section, TwinState } from "./state.ts";
import { openDelta } from "./sync.ts";

export function viewOf(gatewayId: string, state: TwinState): TwinView {
  return {
    gatewayId,
    version: state.version,
    desired: {
      ...sectionView(state.desired),
      ...(state.profiles && { sources: sourcesOf(state.profiles, state.desired.state) }),
    },
    reported: sectionView(state.reported),
    delta: delta(state) ?? {},
  };
}

function sectionView({ state, version, updateTime, times }: Section): SectionView {
  return { state, version, updateTime, times };
}

export function delta(state: TwinState): JsonObject | undefined {
  return deltaOf(state.desired.state, state.reported.state);
}

/** Lower-case hex of the first 8 bytes of SHA-256 over the RFC 8785 canonical JSON. */
export function desiredHash(desired: JsonObject): string {
  const text = canonicalize(desired) ?? "";
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** What the gateway still has to do; nothing when it has done or refused everything. `version` is desired's. */
export function deltaAnswer(state: TwinState, now: number): GatewayAnswer[] {
  const missing = openDelta(state);
  return missing
    ? [{ topic: "delta", payload: { version: state.desired.version, state: missing, ts: now } }]
    : [];
}

export function desiredAnswer(state: TwinState): GatewayAnswer {
  const { version, state: document } = state.desired;
  return { topic: "desired", payload: { version, state: document, hash: desiredHash(document) } };
}

export function asDownlinks(gatewayId: string, answers: readonly GatewayAnswer[]): Downlink[] {
  return answers.map((answer) => ({ gatewayId, ...answer }));
}
