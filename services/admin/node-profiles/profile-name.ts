import {
  PROFILE_KINDS,
  PROFILE_REASONS,
  type ProfileKind,
  type ProfileReason,
} from "../../../actors/contracts/node-profiles.ts";

/** What the name of a profile's file says. */
export type ProfileName = {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly kind: ProfileKind;
  readonly reason: ProfileReason;
  /** Which was profiled. */
  readonly nodeId: string;
};

const EXTENSIONS: Readonly<Record<ProfileKind, string>> = { CPU: "cpuprofile", HEAP: "heapprofile" };
const STAMP = /^(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)(\d{3})z$/;

export function profileIdOf({ time, kind, reason }: ProfileName): string {
  const stamp = new Date(time).toISOString().replace(/[-:.]/g, "");
  return `${stamp}-${kind}-${reason}`.toLowerCase();
}

/** In the order of their names files are in that of their times. */
export function fileNameOf(name: ProfileName): string {
  return `${profileIdOf(name)}-${encodeURIComponent(name.nodeId)}.${EXTENSIONS[name.kind]}`;
}

/** Undefined for the name of another file. */
export function parseFileName(file: string): ProfileName | undefined {
  const [, stamp = "", first, second, node = ""] =
    /^(\w+)-([a-z]+)-([a-z]+)-([^/]+)\.(?:cpu|heap)profile$/.exec(file) ?? [];
  const time = Date.parse(stamp.replace(STAMP, "$1-$2-$3T$4:$5:$6.$7Z"));
  const kind = PROFILE_KINDS.find((each) => each.toLowerCase() === first);
  const reason = PROFILE_REASONS.find((each) => each.toLowerCase() === second);
  const nodeId = decoded(node);
  if (Number.isNaN(time) || !kind || !reason || nodeId === undefined) return undefined;
  return { time, kind, reason, nodeId };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
