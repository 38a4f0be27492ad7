export type ArtifactSettings = {
  readonly maxBytes: number;
  /** Of all artifacts together, without those that are being uploaded. */
  readonly quotaBytes: number;
  /** How long an upload may take. */
  readonly uploadMs: number;
};

export const ARTIFACT_SETTINGS: ArtifactSettings = {
  maxBytes: 2 * 1024 ** 3,
  quotaBytes: 20 * 1024 ** 3,
  uploadMs: 60 * 60 * 1000,
};
