import { setTimeout as delay } from "node:timers/promises";
import { Fleet } from "./fleet.ts";
import type { GatewayClient } from "./gateway-client.ts";
import { Member } from "./member.ts";
import type { Options } from "./options.ts";
import { Patcher } from "./patcher.ts";
import { deleteAll, provision } from "./provisioning.ts";
import { Random, seedFor } from "./random.ts";
import { gatewayIdOf } from "./recording.ts";
import { Replay } from "./replay.ts";
import { isGood, offenders, Progress, progressLine, summary } from "./report.ts";
import { RestClient } from "./rest-client.ts";
import { wishScenario } from "./scenario.ts";
import { settleAndJudge, waitUntil } from "./settling.ts";
import type { Verdict } from "./verdict.ts";

const CONNECT_PATIENCE_MS = 15_000;
const DELETE_PATIENCE_MS = 60_000;
/** The members come after it: 0, 1, 2, ... */
const PATCHER_SEED = -1;

/** One run, phase by phase; resolves to whether every twin has converged and nothing is lost. */
export class Simulation {
  readonly #options: Options;
  readonly #signal: AbortSignal;
  readonly #rest: RestClient;
  readonly #fleet: Fleet;
  readonly #patcher: Patcher;
  readonly #replay: Replay | undefined;
  readonly #byDevice = new Map<string, GatewayClient>();
  #phase = "creating";

  constructor(options: Options, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#rest = new RestClient(options.apiUrl, options.adminToken);
    this.#fleet = new Fleet(options.connectRate);
    const random = new Random(seedFor(options.seed, PATCHER_SEED));
    this.#patcher = new Patcher(this.#rest, wishScenario(random, options.patchRate));
    if (options.replay === undefined) return;
    this.#replay = new Replay({ file: options.replay, speed: options.speed }, (id) => this.#gatewayFor(id));
  }

  async run(): Promise<boolean> {
    const progress = new Progress(() => progressLine(this.#phase, this.#fleet.totals(), this.#patcher));
    try {
      await (this.#replay ? this.#play(this.#replay) : this.#live());
      const verdicts = await this.#settle();
      progress.stop();
      return this.#tell(verdicts);
    } finally {
      progress.stop();
      await this.#cleanUp();
    }
  }

  async #live(): Promise<void> {
    const { gateways, seed, seconds } = this.#options;
    const namesOf = (run: number) =>
      Array.from({ length: gateways }, (_, n) => `sim-${seed}-${run}-${n + 1}`);
    await this.#create(namesOf);
    await this.#connect();
    this.#phase = "running";
    this.#fleet.live((elapsed) => this.#patcher.live(this.#fleet.members, elapsed));
    await delay(seconds * 1000, undefined, { signal: this.#signal });
  }

  async #play(replay: Replay): Promise<void> {
    this.#phase = "replaying";
    this.#fleet.live((elapsed) => this.#patcher.live(this.#fleet.members, elapsed));
    await replay.play(this.#signal);
  }

  async #settle(): Promise<Verdict[]> {
    this.#phase = "settling";
    this.#fleet.calm();
    await this.#patcher.drained();
    return settleAndJudge(this.#fleet, this.#rest, this.#options.settle * 1000, this.#signal);
  }

  async #create(namesOf: (run: number) => readonly string[]): Promise<void> {
    const credentials = await provision(this.#rest, this.#options.seed, namesOf);
    const first = this.#fleet.members.length;
    credentials.forEach((one, n) => {
      this.#fleet.members.push(new Member(this.#options, first + n, one));
    });
    this.#signal.throwIfAborted();
  }

  async #gatewayFor(deviceId: string): Promise<GatewayClient> {
    const known = this.#byDevice.get(deviceId);
    if (known) return known;
    const name = gatewayIdOf(deviceId);
    await this.#create((run) => [run === 1 ? name : `run${run}-${name}`]);
    const created = this.#fleet.members.at(-1)?.gateway;
    if (!created) throw new Error(`the API created no gateway for device ${deviceId}`);
    this.#byDevice.set(deviceId, created);
    return created;
  }

  async #connect(): Promise<void> {
    this.#phase = "connecting";
    const { gateways, connectRate, mqttUrl } = this.#options;
    const deadline = Date.now() + (gateways / connectRate) * 1000 + CONNECT_PATIENCE_MS;
    const missing = () => gateways - this.#fleet.totals().connected;
    if (await waitUntil(() => missing() === 0, deadline, this.#signal)) return;
    const why =
      this.#fleet.members.find(({ gateway }) => gateway.lastError)?.gateway.lastError ?? "no answer";
    if (missing() === gateways) throw new Error(`no gateway could connect to ${mqttUrl}: ${why}`);
    console.error(`${missing()} gateways are not connected yet, going on: ${why}`);
  }

  #tell(verdicts: readonly Verdict[]): boolean {
    console.log(summary(this.#fleet.totals(), this.#patcher, verdicts, this.#replay));
    const { failed, lastError } = this.#patcher;
    if (failed > 0) console.error(`last failed patch: ${lastError}`);
    const good = verdicts.length > 0 && verdicts.every(isGood);
    if (!good) console.error(offenders(verdicts) || "nothing to compare");
    return good;
  }

  async #cleanUp(): Promise<void> {
    this.#fleet.calm();
    await this.#patcher.drained();
    await this.#fleet.close();
    const names = this.#fleet.members.map((member) => member.gateway.id);
    if (this.#options.keep) {
      if (names.length > 0) console.log(`kept: ${names[0]} ... ${names.at(-1)}`);
      return;
    }
    const left = await deleteAll(this.#rest, names, Date.now() + DELETE_PATIENCE_MS);
    if (left.length > 0) console.error(`${left.length} gateways could not be deleted, ${left[0]} the first`);
  }
}
