import type { Profiler } from "node:inspector";

type Node = Profiler.ProfileNode;

/** A function, or a group of them, with its share of the time in which the thread was not idle. */
export type SelfTime = { readonly name: string; readonly share: number };

/** A call tree as flame graphs draw it: `value` is microseconds, with those of the children. */
export type FlameNode = { readonly name: string; value: number; readonly children: FlameNode[] };

const IDLE = "(idle)";

/** The functions themselves, without what they call; the dearest first. */
export function selfTimesBy(profile: Profiler.Profile, nameOf: (node: Node) => string): SelfTime[] {
  const busy = timesOf(profile).filter(({ node }) => node.callFrame.functionName !== IDLE);
  const total = sumOf(busy.map(({ time }) => time));
  const groups = Map.groupBy(busy, ({ node }) => nameOf(node));
  return [...groups]
    .map(([name, times]) => ({ name, share: sumOf(times.map(({ time }) => time)) / total }))
    .sort((a, b) => b.share - a.share);
}

/** Share of the profile in which the thread had nothing to do. */
export function idleShare(profile: Profiler.Profile): number {
  const times = timesOf(profile);
  const idle = times.filter(({ node }) => node.callFrame.functionName === IDLE);
  return sumOf(idle.map(({ time }) => time)) / sumOf(times.map(({ time }) => time));
}

/** Everything but idleness. */
export function flameTree(profile: Profiler.Profile): FlameNode {
  const times = new Map(timesOf(profile).map(({ node, time }) => [node.id, time]));
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const treeOf = (node: Node): FlameNode => {
    const below = (node.children ?? []).flatMap((id) => byId.get(id) ?? []);
    const children = below
      .filter(({ callFrame }) => callFrame.functionName !== IDLE)
      .map(treeOf)
      .filter(({ value }) => value > 0);
    const own = times.get(node.id) ?? 0;
    return { name: functionName(node), value: own + sumOf(children.map(({ value }) => value)), children };
  };
  const [root] = profile.nodes;
  return root ? treeOf(root) : { name: "(root)", value: 0, children: [] };
}

/** `name file:line`, with files below this repository, or their package. */
export function functionName({ callFrame }: Node): string {
  const { functionName, url, lineNumber } = callFrame;
  const name = functionName || "(anonymous)";
  return url === "" ? name : `${name} ${placeOf(url)}:${lineNumber + 1}`;
}

/** The package, the folder of ours, or the module of Node.js that it is in. */
export function packageName({ callFrame: { url, functionName } }: Node): string {
  if (url === "") return functionName.startsWith("(") ? functionName : "(native code)";
  if (url.startsWith("node:")) return "node.js";
  const place = placeOf(url);
  const parts = place.split("/");
  if (url.includes("/node_modules/")) return parts.slice(0, place.startsWith("@") ? 2 : 1).join("/");
  return parts.slice(0, -1).slice(0, 3).join("/") || place;
}

const ROOT = new URL("../../", import.meta.url).href;

function placeOf(url: string): string {
  const [, inPackage] = /.*\/node_modules\/(.*)/.exec(url) ?? [];
  return inPackage ?? url.replace(ROOT, "");
}

/** How long the thread was in each node itself: a sample lasts until the next one. */
function timesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile) {
  const times = new Map<number, number>();
  for (const [index, id] of samples.entries())
    times.set(id, (times.get(id) ?? 0) + (timeDeltas[index + 1] ?? 0));
  return nodes.map((node) => ({ node, time: times.get(node.id) ?? 0 }));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
