/** Somebody watches, until then (epoch milliseconds). The same name with another caller is another viewer. */
export type Lease = { readonly viewer: string; readonly by: string; readonly expireTime: number };

/**
 * `STARTING`: the gateway was told. `ON`: it pushes. `INTERRUPTED`: it did and was cut off; it is told again when it
 * is back, or when the next attempt is due.
 */
export const STREAM_PHASES = ["STARTING", "ON", "INTERRUPTED"] as const;
export type StreamPhase = (typeof STREAM_PHASES)[number];

/** Times are epoch milliseconds. */
export type Stream = {
  readonly streamId: string;
  readonly phase: StreamPhase;
  /** Null: it has not been on yet. */
  readonly url: string | null;
  /** Grows with every start that the gateway is told: names the command. */
  readonly attempt: number;
  /** Since it was on. */
  readonly failures: number;
  /** When the gateway was first told of this attempt. */
  readonly askTime: number;
  /** `STARTING`: when the command is looked for again. `INTERRUPTED`: the next attempt; null: when the gateway is back. */
  readonly dueTime: number | null;
  /** Null: it is not on. */
  readonly onSince: number | null;
  /** Until then somebody watches, or has watched. */
  readonly heldUntil: number;
  /** Whose call began it. */
  readonly by: string;
};

/** The gateway is to end a push; kept until it has said so. */
export type Stop = { readonly streamId: string; readonly attempt: number; readonly dueTime: number };

export type Control = { readonly holder: string; readonly expireTime: number };

export type Camera = {
  readonly cameraId: string;
  readonly name: string;
  /** It can be moved. */
  readonly ptz: boolean;
  readonly leases: readonly Lease[];
  readonly stream: Stream | null;
  readonly stops: readonly Stop[];
  /** The last one given; it may have expired. */
  readonly control: Control | null;
};

/** `time`: when it came or went, epoch milliseconds; not in what was stored by earlier versions. */
type Presence = { readonly order: number; readonly isOnline: boolean; readonly time?: number };

/** All cameras of a gateway. */
export type CameraState = {
  readonly cameras: readonly Camera[];
  /** The power-on that it last said hello in. */
  readonly boot: string | null;
  /** The place of the last word of the twin, and of presence: older ones change nothing. */
  readonly twinOrder: number;
  readonly presence: Presence | null;
  /** Of all streams that have ended; milliseconds. */
  readonly streamedMs: number;
};

export const EMPTY_CAMERAS: CameraState = {
  cameras: [],
  boot: null,
  twinOrder: 0,
  presence: null,
  streamedMs: 0,
};

export function isHere({ presence }: CameraState): boolean {
  return presence?.isOnline !== false;
}

export function isForgettable({ cameras, streamedMs }: CameraState): boolean {
  return cameras.length === 0 && streamedMs === 0;
}
