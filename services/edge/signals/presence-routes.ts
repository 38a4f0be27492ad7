import type { TwinRoutes } from "../ingest/twin-routes.ts";

/** Who owns the presence of gateways, as far as is known here. */
export type PresenceRoutes = TwinRoutes;

/** For a node that does not know of any presence service. */
export const NO_PRESENCE: PresenceRoutes = {
  ownerOf: () => undefined,
  learn: () => {},
  onChange: () => () => {},
};
