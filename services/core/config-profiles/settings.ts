/** How the work on profiles is cut. */
export type ProfileSettings = {
  /** Gateways at a time. */
  readonly pageSize: number;
  /** Milliseconds between looks at what is to be done. */
  readonly lookEveryMs: number;
  /** The same between sweeps through all gateways for what was missed, and between the pages of such a sweep. */
  readonly repairEveryMs: number;
  readonly repairPauseMs: number;
};

export const PROFILE_SETTINGS: ProfileSettings = {
  pageSize: 500,
  lookEveryMs: 500,
  repairEveryMs: 600_000,
  repairPauseMs: 250,
};
