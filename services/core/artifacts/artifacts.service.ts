import type { ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import type { Artifact } from "../../../actors/contracts/artifacts.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { BlobStore } from "../../../actors/runtime/blobs.ts";
import type { Log } from "../../../actors/runtime/ports.ts";
import { actions } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { Repeated } from "../../../mixins/repeated.ts";
import { ArtifactTable } from "./artifact-table.ts";
import { labelsOf } from "./labels.ts";
import { listArtifacts } from "./list.ts";
import { artifactOf } from "./rows.ts";
import { ARTIFACT_SETTINGS, type ArtifactSettings } from "./settings.ts";
import { Uploads } from "./uploads.ts";

type ArtifactsOptions = {
  readonly sequelize: Sequelize;
  /** The same as that of the API nodes, which take content in and hand it out. */
  readonly blobs: BlobStore;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly counters: Counters;
  readonly log: Log;
  readonly settings?: Partial<ArtifactSettings>;
  readonly sweepEveryMs?: number;
};

const SWEEP_EVERY_MS = 60_000;
const SWEEP_CHUNK = 100;

/** Files: what is known of them. Their content goes past this service. */
export function artifactsService(options: ArtifactsOptions): ServiceSchema {
  const { sequelize, blobs, clock, counters, log, sweepEveryMs = SWEEP_EVERY_MS } = options;
  const settings = { ...ARTIFACT_SETTINGS, ...options.settings };
  const table = new ArtifactTable(sequelize);
  const uploads = new Uploads({ table, blobs, settings, clock });

  async function get(artifactId: string): Promise<Artifact> {
    const row = await table.find(artifactId);
    if (row?.state === "READY") return artifactOf(row);
    throw new DomainError("ARTIFACT_NOT_FOUND", { artifactId });
  }

  /** The row goes last: as long as it is there, it is tried again. */
  async function remove(artifactId: string): Promise<void> {
    await blobs.remove(artifactId);
    await table.remove(artifactId);
  }

  async function sweep(signal: AbortSignal): Promise<void> {
    for (let count = SWEEP_CHUNK; count === SWEEP_CHUNK && !signal.aborted; ) {
      const expired = await table.expired(clock(), SWEEP_CHUNK);
      for (const artifactId of expired) await remove(artifactId);
      counters.count("gateway_twin.artifacts.expired.total", {}, expired.length);
      count = expired.length;
    }
    counters.gauge("gateway_twin.artifacts.bytes", await table.bytes());
  }

  const sweeping = new Repeated({ everyMs: sweepEveryMs, log, work: sweep });

  return {
    name: "artifacts",
    started: async () => sweeping.run(),
    stopped: () => sweeping.stop(),
    actions: actions("artifacts", {
      create: ({ content, filename = null, sha256, labels, by = "system" }) =>
        uploads.finish({ content, sha256, change: { filename, labels: labelsOf(labels), by } }),
      upload: ({ artifactId, content, sha256 }) => {
        if (content.artifactId !== artifactId) throw new DomainError("UPLOAD_REFUSED");
        return uploads.finish({ content, sha256 });
      },
      get: ({ artifactId }) => get(artifactId),
      list: (params) => listArtifacts(table, params),
      download: ({ artifactId }) => get(artifactId),
      async delete({ artifactId }) {
        await get(artifactId);
        await remove(artifactId);
        return null;
      },
      begin: (params) => uploads.begin(params),
      async abandon({ artifactId }) {
        await uploads.abandon(artifactId);
        return null;
      },
      expect: (params) => uploads.expect(params),
      put: (params) => uploads.put(params),
    }),
  };
}
