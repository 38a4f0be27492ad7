import { randomUUID } from "node:crypto";
import type { Context, Service, ServiceSchema } from "moleculer";
import type { CameraCommands, StreamView } from "../../../actors/camera/contract.ts";
import { type CameraRules, DEFAULT_CAMERA_RULES } from "../../../actors/camera/rules.ts";
import { DEFAULT_LEASE_SECONDS, type MoveKind, type StreamLease } from "../../../actors/contracts/cameras.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { ActorNode } from "../../../actors/runtime/node.ts";
import type { Consumer, Log } from "../../../actors/runtime/ports.ts";
import type { Routes } from "../../../actors/runtime/routes.ts";
import type { ActorAsks } from "../../../mixins/actor-asks.ts";
import { actorHost } from "../../../mixins/actor-host.ts";
import type { ActorRouter } from "../../../mixins/actor-router.ts";
import { actions, call } from "../../../mixins/bridge.ts";
import { callerOf } from "../../../mixins/caller.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { rfc3339 } from "../../../mixins/rfc3339.ts";
import { tellActors } from "../../../mixins/tell-actors.ts";
import { traceOf } from "../../../mixins/traces/traceparent.ts";
import type { CameraHost } from "./camera-host.ts";
import type { Errands } from "./errands.ts";
import { listCameras } from "./list.ts";
import { Moves } from "./moves.ts";
import { cameraResource } from "./resource.ts";
import type { CameraSettings } from "./settings.ts";
import { findSnapshot, takeSnapshot } from "./snapshots.ts";
import { commandsOf } from "./words.ts";

type CamerasOptions = {
  readonly nodeId: string;
  readonly node: ActorNode;
  readonly host: CameraHost;
  readonly asks: ActorAsks<CameraCommands>;
  /** Those that the host's actors send. */
  readonly errands: Errands;
  readonly router: ActorRouter;
  readonly routes: Routes;
  readonly bus: { readonly subscribe: (consumer: Consumer) => void };
  readonly settings: CameraSettings;
  /** Those of the host's actors. */
  readonly rules?: CameraRules;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly counters: Counters;
  readonly log: Log;
};

type OfCamera = { readonly gatewayId: string; readonly cameraId: string };
type Steered = OfCamera & { readonly requestId?: string };

/** Cameras of gateways: who watches and who moves them. Gateways hear of it through commands. */
export function camerasService(options: CamerasOptions): ServiceSchema {
  const { node, host, asks, errands, bus, settings, clock, counters, log } = options;
  const { rules = DEFAULT_CAMERA_RULES } = options;
  let moves: Moves;

  async function cameras(context: Context, gatewayId: string) {
    await call(context, "gateways.get", { gatewayId });
    return asks.ask(context, gatewayId, "getCameras", {});
  }

  async function camera(context: Context, { gatewayId, cameraId }: OfCamera) {
    const found = (await cameras(context, gatewayId)).cameras.find((one) => one.cameraId === cameraId);
    if (!found) throw new DomainError("CAMERA_NOT_FOUND", { gatewayId, cameraId });
    return cameraResource(gatewayId, found, clock());
  }

  /** When it is on; whoever comes while it begins waits for the same command. */
  async function watched(
    context: Context,
    { gatewayId, cameraId }: OfCamera,
    view: StreamView,
  ): Promise<StreamLease> {
    const { streamId, attempt, phase, expireTime } = view;
    if (phase === "INTERRUPTED" && view.url === null) throw new DomainError("GATEWAY_OFFLINE", { gatewayId });
    const known = phase === "STARTING" ? null : view.url;
    const task = { cameraId, streamId, attempt, by: nameOf(context), trace: traceOf(context) };
    const url = known ?? (await errands.start(gatewayId, task));
    return { streamId, url, expireTime: rfc3339(expireTime) };
  }

  async function move(kind: MoveKind, params: Steered, args: Record<string, number>, context: Context) {
    const { gatewayId, cameraId, requestId = randomUUID() } = params;
    await camera(context, params);
    return moves.move(context, { gatewayId, cameraId, kind, args, moveId: requestId, by: nameOf(context) });
  }

  return {
    name: "cameras",
    mixins: [actorHost(node, host)],
    dependencies: ["gateways"],
    created(this: Service) {
      const { broker: caller } = this;
      moves = new Moves({ ...options, caller });
      bus.subscribe({
        group: "cameras",
        skipsRoutine: true,
        fromOldest: true,
        handle: tellActors({
          asks,
          commandsOf,
          caller,
          counters,
          rejections: "gateway_twin.cameras.rejected.total",
          log,
        }),
      });
    },
    actions: actions("cameras", {
      list: async (params, context) =>
        listCameras(params, await cameras(context, params.gatewayId), rules, clock()),
      get: (params, context) => camera(context, params),
      async startStream(params, context) {
        const { gatewayId, cameraId, viewer } = params;
        await call(context, "gateways.get", { gatewayId });
        const by = nameOf(context);
        const wish = { cameraId, viewer, by, ttlMs: ttlMsOf(params), newStreamId: randomUUID() };
        const view = await asks.ask(context, gatewayId, "startStream", wish);
        return watched(context, params, view);
      },
      async keepStream(params, context) {
        const { gatewayId, cameraId, viewer } = params;
        await call(context, "gateways.get", { gatewayId });
        const wish = { cameraId, viewer, by: nameOf(context), ttlMs: ttlMsOf(params) };
        return watched(context, params, await asks.ask(context, gatewayId, "keepStream", wish));
      },
      async stopStream({ gatewayId, cameraId, viewer }, context) {
        await call(context, "gateways.get", { gatewayId });
        await asks.ask(context, gatewayId, "stopStream", { cameraId, viewer, by: nameOf(context) });
        return {};
      },
      move: ({ pan, tilt, speed, ...params }, context) =>
        move("move", params, { pan, tilt, ...(speed !== undefined && { speed }) }, context),
      zoom: ({ zoom, speed, ...params }, context) =>
        move("zoom", params, { zoom, ...(speed !== undefined && { speed }) }, context),
      focus: ({ focus, speed, ...params }, context) =>
        move("focus", params, { focus, ...(speed !== undefined && { speed }) }, context),
      async acquireControl(params, context) {
        const { gatewayId, cameraId } = params;
        await call(context, "gateways.get", { gatewayId });
        const wish = { cameraId, by: nameOf(context), mayTakeOver: isAdmin(context), ttlMs: ttlMsOf(params) };
        const { holder, expireTime } = await asks.ask(context, gatewayId, "acquireControl", wish);
        return { cameraId, holder, expireTime: rfc3339(expireTime) };
      },
      async releaseControl({ gatewayId, cameraId }, context) {
        await call(context, "gateways.get", { gatewayId });
        const wish = { cameraId, by: nameOf(context), mayTakeOver: isAdmin(context) };
        await asks.ask(context, gatewayId, "releaseControl", wish);
        return {};
      },
      async snapshot(params, context) {
        const { gatewayId, cameraId } = params;
        const by = nameOf(context);
        await camera(context, params);
        const { artifactId } = await takeSnapshot(context, { ...params, by }, settings);
        await asks.ask(context, gatewayId, "recordSnapshot", { cameraId, by, artifactId });
        const place = `/v1/gateways/${encodeURIComponent(gatewayId)}/cameras/${encodeURIComponent(cameraId)}`;
        return { artifact: artifactId, url: `${settings.publicUrl}${place}/snapshots/${artifactId}` };
      },
      downloadSnapshot: (params, context) => findSnapshot(context, params),
      steer: (wanted, context) => moves.answer(context, wanted),
      ask: (params) => asks.answer(params.asks),
    }),
  };
}

function ttlMsOf({ ttlSeconds = DEFAULT_LEASE_SECONDS }: { readonly ttlSeconds?: number }): number {
  return ttlSeconds * 1000;
}

function nameOf(context: Context): string {
  return callerOf(context)?.name ?? "system";
}

function isAdmin(context: Context): boolean {
  return callerOf(context)?.role === "admin";
}
