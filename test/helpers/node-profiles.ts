import type { ServiceSchema } from "moleculer";
import { nodeProfilesService } from "../../services/admin/node-profiles/node-profiles.service.ts";
import { ProfileFiles } from "../../services/admin/node-profiles/profile-files.ts";
import { Profiler } from "../../services/admin/node-profiles/profiler.ts";

export type Profiled = {
  readonly files: ProfileFiles;
  readonly profiler: Profiler;
  readonly schema: ServiceSchema;
};

/** What a node has for its profiles, as the product puts it together, without a watchdog. */
export function profiledNode(nodeId: string, folder: string): Profiled {
  const files = new ProfileFiles({ folder, maxFiles: 20, maxBytes: 50_000_000 });
  const profiler = new Profiler({ nodeId, files, clock: Date.now });
  return { files, profiler, schema: nodeProfilesService({ files, profiler }) };
}
