import type { ServiceSchema } from "moleculer";
import { actions } from "../../../mixins/bridge.ts";
import { onNode } from "../../../mixins/on-node.ts";
import { listProfiles } from "./list.ts";
import type { ProfileFiles } from "./profile-files.ts";
import type { Profiler } from "./profiler.ts";
import type { Watchdog } from "./watchdog.ts";

type NodeProfilesOptions = {
  readonly files: ProfileFiles;
  readonly profiler: Profiler;
  /** Not given: profiles are captured for who asks, and not by themselves. */
  readonly watchdog?: Watchdog;
};

const DEFAULT_SECONDS = 10;

/** CPU and heap profiles of this node; every node has it, whatever its roles. */
export function nodeProfilesService({ files, profiler, watchdog }: NodeProfilesOptions): ServiceSchema {
  return {
    name: "node-profiles",
    started: async () => watchdog?.start(),
    stopped: async () => {
      watchdog?.stop();
      profiler.stop();
    },
    actions: actions("node-profiles", {
      list: onNode("node-profiles.list", (params) => listProfiles(files, params)),
      get: onNode("node-profiles.get", ({ profileId }) => files.get(profileId)),
      download: onNode("node-profiles.download", ({ profileId }) => files.get(profileId)),
      read: onNode("node-profiles.read", async ({ profileId, start, end }) => ({
        bytes: await files.read(profileId, start, end),
      })),
      capture: onNode("node-profiles.capture", ({ kind, seconds = DEFAULT_SECONDS }) =>
        profiler.capture({ kind, seconds, reason: "MANUAL" }),
      ),
      delete: onNode("node-profiles.delete", async ({ profileId }) => {
        await files.remove(profileId);
        return null;
      }),
    }),
  };
}
