import type { Context, ServiceSchema } from "moleculer";
import type { ActionName, Params, Result } from "../../../actors/contracts/contract.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import { actions, call } from "../../../mixins/bridge.ts";
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

type OwnName = Extract<ActionName, `node-profiles.${string}`>;
type OnNode = { readonly nodeId: string; readonly seconds?: number };

const DEFAULT_SECONDS = 10;
const ANSWER_SECONDS = 10;

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

/** Any node takes the call, and the one that it is for answers it. */
function onNode<Name extends OwnName>(
  name: Name,
  answer: (params: Params<Name> & OnNode) => Promise<Result<Name>>,
) {
  return async (params: Params<Name> & OnNode, context: Context): Promise<Result<Name>> => {
    const { nodeId, seconds = 0 } = params;
    const { nodeID, registry } = context.broker;
    if (nodeId === nodeID) return answer(params);
    if (!registry.nodes.get(nodeId)?.available) throw new DomainError("NODE_NOT_FOUND", { nodeId });
    return call(context, name, params, { nodeID: nodeId, timeout: (ANSWER_SECONDS + seconds) * 1000 });
  };
}
