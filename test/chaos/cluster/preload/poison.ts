import { registerHooks } from "node:module";

/** Loaded into a node by a chaos test: a report that holds `poison` makes the actor's code throw, as a bug would. */
const FILE = "/actors/twin/commands/report-state.ts";
const START = "  if (isStale(state, params))";
const FAULT = '  if ("poison" in params.patch) throw new TypeError("poison");\n';

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(FILE)) return loaded;
    const source = String(loaded.source);
    if (!source.includes(START)) throw new Error(`${FILE} has no line '${START}' any more`);
    return { ...loaded, source: source.replace(START, FAULT + START) };
  },
});
