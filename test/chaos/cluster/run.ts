import { waitFor } from "../../helpers/wait-for.ts";
import { Callers } from "./callers.ts";
import { check, type Evidence, type FinalTwin, type Verdict } from "./checker.ts";
import { Fleet } from "./fleet.ts";
import type { Lab } from "./lab.ts";
import { OwnerLog } from "./owner-log.ts";
import { RowReader } from "./rows.ts";

const TWIN_MS = 10_000;

export type RunVerdict = Verdict & {
  readonly failed: readonly string[];
  readonly calls: number;
  readonly updates: number;
};

type TwinResource = {
  readonly version: number;
  readonly desired: { readonly state: Readonly<Record<string, number>> };
  readonly reported: { readonly state: { readonly seq?: number } };
};

/** A lab under load, and everything that is watched meanwhile. */
export class ChaosRun {
  readonly lab: Lab;
  readonly fleet: Fleet;
  readonly callers: Callers;
  readonly #owners: OwnerLog;
  readonly rows: RowReader;

  private constructor(lab: Lab, fleet: Fleet, owners: OwnerLog) {
    this.lab = lab;
    this.fleet = fleet;
    this.callers = new Callers(lab.rest, fleet);
    this.#owners = owners;
    this.rows = new RowReader(lab.servers.natsUrl, lab.namespace);
  }

  static async start(
    lab: Lab,
    gateways: { readonly front: number; readonly broker?: number },
  ): Promise<ChaosRun> {
    const owners = new OwnerLog(lab);
    await owners.start();
    const run = new ChaosRun(lab, await Fleet.start(lab, gateways), owners);
    await run.callers.start();
    return run;
  }

  /** Ends the load when everything is acknowledged, and judges. Nothing may be broken any more by now. */
  async finish(): Promise<RunVerdict> {
    await this.callers.end();
    await this.fleet.converge();
    await this.#owners.end();
    const evidence = await this.#evidence();
    const { lost, doubled, broken } = check(evidence);
    const { failed, calls } = this.callers;
    const updates = this.fleet.gateways.reduce(
      (sum, { acknowledgements }) => sum + acknowledgements.length,
      0,
    );
    const faults = [...this.fleet.faults, ...this.callers.faults];
    return { lost, doubled, broken: [...broken, ...faults], failed, calls, updates };
  }

  /** Ends everything, also in the middle of a run. */
  async stop(): Promise<void> {
    await Promise.all([this.callers.end(), this.fleet.end(), this.#owners.end()]);
  }

  async #evidence(): Promise<Evidence> {
    const { patched } = this.callers;
    const ids = new Set([...this.fleet.ids, ...patched.map(({ gatewayId }) => gatewayId)]);
    const twins = new Map<string, FinalTwin>();
    for (const id of ids) twins.set(id, await this.#twin(id));
    const acknowledged = new Map(this.fleet.gateways.map((gateway) => [gateway.id, gateway.acknowledged]));
    // A broker spreads a gateway's messages over the slots: what comes late there is acknowledged and left out.
    const inOrder = new Map(
      this.fleet.of("front").map(({ id, acknowledgements }) => [id, acknowledgements.map(({ seq }) => seq)]),
    );
    const { owners } = this.#owners;
    return { acknowledged, inOrder, patched, twins, rows: await this.#allRows(twins), owners };
  }

  #twin(id: string): Promise<FinalTwin> {
    return waitFor(
      `the twin of ${id}`,
      async () => {
        const call = { method: "GET", path: `/v1/gateways/${id}/twin` };
        const { version, desired, reported } = await this.lab.rest.json<TwinResource>(call);
        return { seq: reported.state.seq ?? 0, version, desired: desired.state };
      },
      TWIN_MS,
    );
  }

  /** Rows reach the bus after the answers: until it has the last version of each twin, or does not get it. */
  async #allRows(twins: ReadonlyMap<string, FinalTwin>) {
    const missing = () => {
      const found = new Map<string, number>();
      for (const { changes } of this.rows.rows)
        for (const { actorId, events = [] } of changes) {
          const versions = events.map((event) => (event as { versions?: number[] }).versions?.[0] ?? 0);
          found.set(actorId, Math.max(found.get(actorId) ?? 0, ...versions));
        }
      return [...twins].filter(([id, { version }]) => (found.get(id) ?? 0) < version);
    };
    await waitFor("the bus to have all rows", async () => {
      await this.rows.read();
      return missing().length === 0;
    }).catch(() => undefined);
    return this.rows.rows;
  }
}
