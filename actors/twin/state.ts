import type { JsonObject } from "../contracts/json.ts";
import type { Trace } from "../runtime/spans.ts";
import type { ProfileLayer } from "./contract.ts";
import type { Stamps, Times } from "./times.ts";

export type Section = {
  readonly state: JsonObject;
  readonly times: Times;
  /** Counts the changes of this section. */
  readonly version: number;
  /** Epoch milliseconds of the last change; 0 before the first. */
  readonly updateTime: number;
  /** An upper bound of the bytes of `state` as JSON text. */
  readonly bytes: number;
};

export type DesiredSection = Section & {
  /** The version with which each leaf last changed: an answer to an older one does not speak of it. */
  readonly versions: Stamps<number>;
  /** What the last change is part of, until the gateway has answered it. */
  readonly trace?: Trace;
};

/** What desired is made of when profiles lie under the gateway's own values. */
export type Profiles = {
  readonly own: JsonObject;
  /** At least one; the last one wins. */
  readonly layers: readonly ProfileLayer[];
};

export type TwinState = {
  /** Counts the changes of both sections. */
  readonly version: number;
  readonly desired: DesiredSection;
  readonly reported: Section;
  readonly profiles?: Profiles;
  /** The gateway's present power-on, and the last number seen in it. */
  readonly boot?: string;
  readonly seq?: number;
  /** Earlier power-ons, newest last; at most REMEMBERED_BOOTS. */
  readonly pastBoots: readonly string[];
  /** Ids of the callers' requests applied last, newest last; at most REMEMBERED_REQUESTS. */
  readonly requests: readonly string[];
};

const EMPTY_SECTION: Section = { state: {}, times: 0, version: 0, updateTime: 0, bytes: 2 };

export const EMPTY_TWIN: TwinState = {
  version: 0,
  desired: { ...EMPTY_SECTION, versions: 0 },
  reported: EMPTY_SECTION,
  pastBoots: [],
  requests: [],
};
