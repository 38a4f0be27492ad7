import { cameraActor } from "../actors/camera/camera.ts";
import { cameraAsks } from "../services/core/cameras/asks.ts";
import { camerasService } from "../services/core/cameras/cameras.service.ts";
import { Errands } from "../services/core/cameras/errands.ts";
import { CAMERA_SETTINGS } from "../services/core/cameras/settings.ts";
import { hostOf, routerTo } from "./actors.ts";
import type { Parts } from "./parts.ts";

/** The service of gateways' cameras, and the host of its actors. */
export function cameras(parts: Parts) {
  const { env, node, routes, bus, broker, metrics: counters, logs } = parts;
  const log = logs.named("cameras");
  const settings = { ...CAMERA_SETTINGS, publicUrl: env.PUBLIC_URL || ownUrl(parts) };
  const host = hostOf(parts, cameraActor(), (sent) => errands.send(sent));
  const router = routerTo(parts, "camera");
  const asks = cameraAsks({ nodeId: env.NODE_ID, host, router, routes, spans: parts.spans });
  const clock = Date.now;
  const errands = new Errands({ caller: broker, asks, settings, counters, log });
  const own = { nodeId: env.NODE_ID, node, host, asks, errands, router, routes };
  return { host, schema: camerasService({ ...own, bus, settings, clock, counters, log }) };
}

/** Where REST is without a proxy before it. */
function ownUrl({ env }: Parts): string {
  const scheme = env.HTTP_TLS_CERT ? "https" : "http";
  return `${scheme}://${env.HTTP_HOST}:${env.HTTP_PORT}`;
}
