import { actorHost } from "./actor-host.ts";
import { fleet } from "./fleet.ts";
import { node } from "./node.ts";
import type { Page } from "./page.ts";
import { thirdPartyApi } from "./third-party-api.ts";

/** All dashboards. A new one is a file beside this one, and a line here. */
export const PAGES: readonly Page[] = [fleet, node, actorHost, thirdPartyApi];
