import type { Static } from "typebox";
import { accessActions } from "./access.ts";
import type { ActionContract, ParamsOf, ResultOf } from "./action.ts";
import { artifactActions } from "./artifacts.ts";
import { auditActions } from "./audit.ts";
import { cameraActions } from "./cameras.ts";
import { clusterActions } from "./cluster.ts";
import { commandActions } from "./commands.ts";
import { configActions } from "./config.ts";
import { configProfileActions } from "./config-profiles.ts";
import { deadLetterActions } from "./dead-letters.ts";
import { edgeActions } from "./edge.ts";
import type { EVENTS } from "./events.ts";
import { gatewayActions } from "./gateways.ts";
import { journalActions, journalWatches } from "./journal.ts";
import { nodeProfileActions } from "./node-profiles.ts";
import { nodeActions } from "./nodes.ts";
import { overviewActions } from "./overview.ts";
import { presenceActions } from "./presence.ts";
import { twinActions } from "./twins.ts";
import type { WatchContract } from "./watch.ts";

/** Everything services may ask of each other. */
export const ACTIONS = {
  ...accessActions,
  ...artifactActions,
  ...auditActions,
  ...cameraActions,
  ...clusterActions,
  ...commandActions,
  ...configActions,
  ...configProfileActions,
  ...deadLetterActions,
  ...edgeActions,
  ...gatewayActions,
  ...journalActions,
  ...nodeActions,
  ...nodeProfileActions,
  ...overviewActions,
  ...presenceActions,
  ...twinActions,
} as const satisfies Record<string, ActionContract>;

/** Everything that can be watched over REST. */
export const WATCHES = { ...journalWatches } as const satisfies Record<string, WatchContract>;

export type ActionName = keyof typeof ACTIONS;
export type Params<Name extends ActionName> = ParamsOf<(typeof ACTIONS)[Name]>;
export type Result<Name extends ActionName> = ResultOf<(typeof ACTIONS)[Name]>;

export type WatchName = keyof typeof WATCHES;
export type WatchParams<Name extends WatchName> = Static<(typeof WATCHES)[Name]["params"]>;

export type EventName = keyof typeof EVENTS;
export type Payload<Name extends EventName> = Static<(typeof EVENTS)[Name]>;
