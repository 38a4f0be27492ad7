/** All times in milliseconds. */
export type PresenceSettings = {
  /** A gateway whose last connection was lost has this long to come back before it is `OFFLINE`. */
  readonly graceMs: number;
  /** At least as long when an edge of ours went away: all of its gateways have to find another one. */
  readonly stoppedGraceMs: number;
  /** Where a connection promised no keep-alive, as those to an external broker. */
  readonly keepAliveMs: number;
  /** A sign of life may be this long on its way. */
  readonly slackMs: number;
  readonly flapping: FlappingSettings;
};

export type FlappingSettings = {
  /** So many reconnects within `windowMs` are too many; as long without any, and all is well again. */
  readonly reconnects: number;
  readonly windowMs: number;
  /** The grace is so many times longer. */
  readonly graceFactor: number;
};

export const DEFAULT_PRESENCE_SETTINGS: PresenceSettings = {
  graceMs: 10_000,
  stoppedGraceMs: 60_000,
  // one and a half times as long: ten minutes of silence
  keepAliveMs: 400_000,
  slackMs: 10_000,
  flapping: { reconnects: 5, windowMs: 300_000, graceFactor: 6 },
};
