export type CameraSettings = {
  /** Where gateways and callers reach the open API: `http://host:port`, without a slash at the end. */
  readonly publicUrl: string;
  /** Where a stream is watched when its gateway does not say so: `{gatewayId}`, `{cameraId}`, `{streamId}` are filled in. */
  readonly streamUrl: string;
  /** Below the 10 s that callers give an action. */
  readonly streamTimeoutSeconds: number;
  /** Twice that is how long a move can wait. */
  readonly moveTimeoutSeconds: number;
  readonly snapshotTimeoutSeconds: number;
  readonly snapshotBytes: number;
  readonly snapshotTypes: readonly string[];
  readonly snapshotKeepSeconds: number;
};

export const CAMERA_SETTINGS: Omit<CameraSettings, "publicUrl"> = {
  streamUrl: "rtsp://127.0.0.1:8554/{streamId}",
  streamTimeoutSeconds: 8,
  moveTimeoutSeconds: 4,
  snapshotTimeoutSeconds: 8,
  snapshotBytes: 10 * 1024 * 1024,
  snapshotTypes: ["image/jpeg", "image/png", "image/webp"],
  snapshotKeepSeconds: 7 * 24 * 60 * 60,
};
