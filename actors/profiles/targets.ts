import type { ProfileLayer } from "../twin/contract.ts";

/**
 * `PENDING`: it is to get this revision. `APPLIED`: its twin has it. `REFUSED`: its twin will not have it (limits).
 * `LEAVING`: its twin may still have it, and shall not.
 */
export type TargetState = "PENDING" | "APPLIED" | "REFUSED" | "LEAVING";

/** What became of a profile at one gateway. */
export type Target = {
  readonly gatewayId: string;
  readonly profileId: string;
  readonly revision: number;
  readonly state: TargetState;
};

type Layer = Pick<ProfileLayer, "profileId" | "revision">;

/** Does the twin have just these layers, as far as is known? */
export function isSettled(layers: readonly Layer[], targets: readonly Target[]): boolean {
  return layers.length === targets.length && targets.every((target) => isAppliedOf(layers, target));
}

/** What has to be written before the layers are laid: who looks meanwhile sees what is meant. */
export function intended(gatewayId: string, layers: readonly Layer[], targets: readonly Target[]): Target[] {
  const missing = layers.filter((layer) => !targets.some((target) => isAppliedOf([layer], target)));
  const leaving = targets.filter(({ profileId }) => !layers.some((layer) => layer.profileId === profileId));
  return [
    ...missing.map((layer) => targetOf(gatewayId, layer, "PENDING")),
    ...leaving.map((target) => ({ ...target, state: "LEAVING" as const })),
  ];
}

/** Are these the layers that are meant? */
export function isMeant(laid: readonly Layer[], targets: readonly Target[]): boolean {
  const meant = targets.filter(({ state }) => state !== "LEAVING");
  return laid.length === meant.length && meant.every((target) => isOf(laid, target));
}

export function targetOf(gatewayId: string, { profileId, revision }: Layer, state: TargetState): Target {
  return { gatewayId, profileId, revision, state };
}

function isAppliedOf(layers: readonly Layer[], target: Target): boolean {
  return target.state === "APPLIED" && isOf(layers, target);
}

function isOf(layers: readonly Layer[], { profileId, revision }: Layer): boolean {
  return layers.some((layer) => layer.profileId === profileId && layer.revision === revision);
}
