import type { Static } from "typebox";
import { accessActions } from "./access.ts";
import type { ActionContract, ParamsOf, ResultOf } from "./action.ts";
import type { EVENTS } from "./events.ts";
import { gatewayActions } from "./gateways.ts";
import { twinActions } from "./twins.ts";

/** Everything services may ask of each other. */
export const ACTIONS = { ...accessActions, ...gatewayActions, ...twinActions } as const satisfies Record<
  string,
  ActionContract
>;

export type ActionName = keyof typeof ACTIONS;
export type Params<Name extends ActionName> = ParamsOf<(typeof ACTIONS)[Name]>;
export type Result<Name extends ActionName> = ResultOf<(typeof ACTIONS)[Name]>;

export type EventName = keyof typeof EVENTS;
export type Payload<Name extends EventName> = Static<(typeof EVENTS)[Name]>;
