import type { Artifact } from "../../../actors/contracts/artifacts.ts";
import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import { isJsonObject, type JsonObject } from "../../../actors/contracts/json.ts";
import { type Caller, call } from "../../../mixins/bridge.ts";
import { commandGateway, refused } from "./gateway-command.ts";
import type { CameraSettings } from "./settings.ts";

/** How long after the command's deadline a picture may still come. */
const UPLOAD_MARGIN_SECONDS = 20;

type Wanted = Params<"cameras.snapshot"> & { readonly by: string };

/** A picture: the gateway uploads it to an address that is good for this one, or answers with a small one. */
export async function takeSnapshot(
  caller: Caller,
  wanted: Wanted,
  settings: CameraSettings,
): Promise<Artifact> {
  const { gatewayId, cameraId, by } = wanted;
  const ticket = await expectPicture(caller, wanted, settings);
  const { result } = await commandGateway(caller, {
    gatewayId,
    name: "camera.snapshot",
    args: { camera: cameraId, upload: addressOf(ticket, settings) },
    timeoutSeconds: settings.snapshotTimeoutSeconds,
    requestId: `camera.snapshot.${ticket.artifactId}`,
    by,
  });
  const { artifactId, token } = ticket;
  if (isJsonObject(result) && "data" in result)
    return putPicture(caller, wanted, { artifactId, token, result });
  return pictureOf(caller, gatewayId, artifactId);
}

/** Throws ARTIFACT_NOT_FOUND for what is no picture of this camera. */
export async function findSnapshot(
  caller: Caller,
  { gatewayId, cameraId, artifactId }: Params<"cameras.downloadSnapshot">,
): Promise<Artifact> {
  const artifact = await call(caller, "artifacts.get", { artifactId });
  const { labels } = artifact;
  if (labels.gatewayId === gatewayId && labels.cameraId === cameraId) return artifact;
  throw new DomainError("ARTIFACT_NOT_FOUND", { artifactId });
}

type Ticket = Result<"artifacts.expect">;

function expectPicture(
  caller: Caller,
  { gatewayId, cameraId, by }: Wanted,
  settings: CameraSettings,
): Promise<Ticket> {
  return call(caller, "artifacts.expect", {
    contentTypes: [...settings.snapshotTypes],
    maxBytes: settings.snapshotBytes,
    ttlSeconds: settings.snapshotTimeoutSeconds + UPLOAD_MARGIN_SECONDS,
    keepSeconds: settings.snapshotKeepSeconds,
    labels: { gatewayId, cameraId },
    by,
  });
}

function addressOf({ artifactId, token, expireTime }: Ticket, settings: CameraSettings): JsonObject {
  return {
    method: "PUT",
    url: `${settings.publicUrl}/v1/artifacts/${artifactId}`,
    headers: { authorization: `Bearer ${token}` },
    contentTypes: settings.snapshotTypes,
    maxBytes: settings.snapshotBytes,
    expireTime,
  };
}

type Picture = { readonly artifactId: string; readonly token: string; readonly result: JsonObject };

async function putPicture(caller: Caller, { gatewayId }: Wanted, picture: Picture): Promise<Artifact> {
  const { artifactId, token, result } = picture;
  const { contentType, data } = result;
  if (typeof contentType !== "string" || typeof data !== "string")
    throw refused(gatewayId, "its answer has no contentType and data as texts");
  try {
    return await call(caller, "artifacts.put", { artifactId, token, contentType, data });
  } catch (error) {
    if (!(error instanceof DomainError) || error.code >= 429) throw error;
    throw refused(gatewayId, `its picture cannot be taken (${error.message})`);
  }
}

async function pictureOf(caller: Caller, gatewayId: string, artifactId: string): Promise<Artifact> {
  try {
    return await call(caller, "artifacts.get", { artifactId });
  } catch (error) {
    if (!(error instanceof DomainError && error.type === "ARTIFACT_NOT_FOUND")) throw error;
    throw refused(gatewayId, "it has uploaded no picture");
  }
}
