import { setTimeout as delay } from "node:timers/promises";
import { waitFor } from "../../helpers/wait-for.ts";
import type { Fleet } from "./fleet.ts";
import { ALL_BUT_FRONTS, FRONTS, type Site } from "./site.ts";

/** What happened to the gateways while something of ours was away. */
export type Row = {
  readonly fault: string;
  readonly gateways: number;
  /** Of them, whose desired was changed meanwhile. */
  readonly changed: number;
  /** `presence.changed` to OFFLINE; nobody went. */
  readonly falseOffline: number;
  /** Config messages to gateways that were in sync. */
  readonly needless: number;
  /** Config messages to those that were changed; each needs one. */
  readonly needed: number;
  /** Changed ones that are not in sync at the end. */
  readonly notInSync: number;
  readonly reconnects: number;
  readonly seconds: number;
};

type Trial = {
  readonly site: Site;
  readonly fleet: Fleet;
  /** How long a service stays away. */
  readonly awayMs: number;
  /** Of the fleet, every so many-th is changed. */
  readonly changeEvery: number;
};

type Event = { readonly type: string; readonly data: { readonly to?: string } };
type Twins = { readonly twins: readonly { readonly gatewayId: string }[]; readonly nextPageToken: string };

const SYNC_MS = 90_000;
let changes = 0;

export const FAULTS: readonly { readonly name: string; readonly run: (trial: Trial) => Promise<void> }[] = [
  { name: "config service away", run: (trial) => away(trial, "config") },
  { name: "presence service away", run: (trial) => away(trial, "presence") },
  {
    name: "all but the fronts restarted, one by one",
    async run({ site }) {
      for (const name of ALL_BUT_FRONTS) await site.restart(name);
    },
  },
  {
    name: "one of two fronts restarted",
    async run({ site }) {
      const [first] = FRONTS;
      if (first) await site.restart(first);
    },
  },
];

async function away({ site, awayMs }: Trial, name: "config" | "presence"): Promise<void> {
  await site.end(name);
  await delay(awayMs);
  site.begin(name);
  await site.untilWhole();
}

/** Lets the fault happen while desired state changes, waits until all is well again, and counts. */
export async function isolate(trial: Trial, { name, run }: (typeof FAULTS)[number]): Promise<Row> {
  const { site, fleet, changeEvery } = trial;
  const began = Date.now();
  const before = {
    offline: await offlineEvents(site),
    messages: fleet.configMessages(),
    links: links(fleet),
  };
  const ids = fleet.gateways.map(({ id }) => id).filter((_, index) => index % changeEvery === 0);
  const [changed] = await Promise.all([change(site, ids), run(trial)]);
  await fleet.untilSettled();
  const notInSync = await untilInSync(site);
  const got = fleet.configMessages().map((count, index) => count - (before.messages[index] ?? 0));
  const sum = (wanted: boolean) =>
    got.reduce(
      (total, count, index) => total + (changed.has(fleet.gateways[index]?.id ?? "") === wanted ? count : 0),
      0,
    );
  return {
    fault: name,
    gateways: fleet.gateways.length,
    changed: changed.size,
    falseOffline: (await offlineEvents(site)) - before.offline,
    needless: sum(false),
    needed: sum(true),
    notInSync,
    reconnects: links(fleet) - before.links,
    seconds: Math.round((Date.now() - began) / 1000),
  };
}

function links({ gateways }: Fleet): number {
  return gateways.reduce((sum, { model }) => sum + model.tally.links, 0);
}

/** One after the other, so that they are spread over what happens meanwhile. */
async function change(site: Site, ids: readonly string[]): Promise<Set<string>> {
  changes += 1;
  for (const id of ids) {
    const path = `/v1/gateways/${id}/twin/desired`;
    const headers = { "idempotency-key": `${id}-${changes}` };
    const call = { method: "PATCH", path, body: { round: changes }, headers };
    await waitFor(`the change of ${id}`, async () => {
      const { status, text } = await site.rest.call(call);
      if (status >= 400 && status < 500)
        throw new Error(`${call.method} ${path} answered ${status}: ${text}`);
      return status === 200;
    });
  }
  return new Set(ids);
}

/** How many are not in sync when the time is over; 0 as soon as all are. */
async function untilInSync(site: Site): Promise<number> {
  const whole = waitFor("all in sync", async () => (await notInSync(site)) === 0, SYNC_MS);
  return whole.then(
    () => 0,
    () => notInSync(site),
  );
}

async function notInSync(site: Site): Promise<number> {
  let [count, token] = [0, ""];
  do {
    const query = new URLSearchParams({ filter: "inSync = false", pageSize: "1000", pageToken: token });
    const page = await site.rest.json<Twins>({ method: "GET", path: `/v1/twins?${query}` });
    count += page.twins.length;
    token = page.nextPageToken;
  } while (token !== "");
  return count;
}

async function offlineEvents(site: Site): Promise<number> {
  let [count, token] = [0, ""];
  do {
    const query = new URLSearchParams({
      filter: 'type = "presence.changed"',
      pageSize: "1000",
      pageToken: token,
    });
    const page = await site.rest.json<{ events: Event[]; nextPageToken: string }>({
      method: "GET",
      path: `/v1/events?${query}`,
    });
    count += page.events.filter(({ data }) => data.to === "OFFLINE").length;
    token = page.nextPageToken;
  } while (token !== "");
  return count;
}

export function isGood({ falseOffline, needless, notInSync }: Row): boolean {
  return falseOffline === 0 && needless === 0 && notInSync === 0;
}

export function tableOf(rows: readonly Row[]): string {
  const head = [
    "fault",
    "gateways",
    "changed meanwhile",
    "false OFFLINE",
    "config messages to those in sync",
    "config messages to the changed",
    "changed, not in sync",
    "reconnects",
    "seconds",
  ];
  const cells = rows.map((row) => [
    row.fault,
    row.gateways,
    row.changed,
    row.falseOffline,
    row.needless,
    row.needed,
    row.notInSync,
    row.reconnects,
    row.seconds,
  ]);
  const line = (values: readonly (string | number)[]) => `| ${values.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...cells.map(line)].join("\n");
}
