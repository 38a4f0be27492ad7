import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LEASE_MS } from "../../actors/runtime/read-leases.ts";
import { seededRandom } from "../helpers/random.ts";
import { freshNamespace, type Server, startRedis } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { allPartitions, type CachedNode, cachedNode, DEADLINE_MS, Owners } from "./cache-harness.ts";

/** So many that most are not changed for a while: only then they are cached at all. */
const IDS = Array.from({ length: 500 }, (_, index) => `gw-${index}`);
const WRITERS = 2;
const READERS = 4;
const IDS_PER_READ = 30;
/** What a busy machine may add to a deadline. */
const SLACK_MS = 600;

const random = seededRandom(20_261_121);

let redis: Server;
let owners: Owners;
let nodes: CachedNode[];

beforeEach(async () => {
  redis = await startRedis({ appendOnly: true });
  owners = new Owners();
  const options = { url: redis.url, namespace: freshNamespace(), owners };
  nodes = await Promise.all([cachedNode(options), cachedNode(options)]);
  await Promise.all(nodes.map(({ leases }, index) => owners.claim(leases, halfOf(index))));
  owners.onAnswer = () => delay(random() * 20);
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await redis.stop();
});

const halfOf = (index: number) => allPartitions.filter((partition) => partition % 2 === index);
const anyOf = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
const hits = () => nodes.reduce((sum, node) => sum + node.hits(), 0);

/** Reads and writes at all nodes until told to stop, and says what nobody should have seen. */
class Traffic {
  /** The newest version that anybody was told of, by a write or by a read. */
  readonly #told = new Map<string, number>();
  readonly stale: string[] = [];
  reads = 0;
  slowestRead = 0;
  slowestWrite = 0;
  #isOn = true;
  readonly #done: Promise<unknown>;

  constructor() {
    const writers = Array.from({ length: WRITERS }, () => this.#while(() => this.#write(anyOf(IDS))));
    const readers = Array.from({ length: READERS }, (_, index) => this.#while(() => this.#read(index)));
    this.#done = Promise.all([...writers, ...readers]);
  }

  async stop(): Promise<void> {
    this.#isOn = false;
    await this.#done;
  }

  /** The traffic goes on for so many reads. */
  async goesOn(reads: number): Promise<void> {
    const until = this.reads + reads;
    await waitFor("reads", () => this.reads >= until);
  }

  async #while(work: () => Promise<void>): Promise<void> {
    while (this.#isOn) {
      await work();
      await delay(random() * 20);
    }
  }

  async #write(id: string): Promise<void> {
    const began = performance.now();
    this.#tell(id, await owners.commit(id));
    this.slowestWrite = Math.max(this.slowestWrite, performance.now() - began);
  }

  async #read(index: number): Promise<void> {
    const ids = [...new Set(Array.from({ length: IDS_PER_READ }, () => anyOf(IDS)))];
    const before = new Map(ids.map((id) => [id, this.#told.get(id) ?? 0]));
    const began = performance.now();
    const views = await (nodes[index % nodes.length] as CachedNode).views.read(ids);
    this.slowestRead = Math.max(this.slowestRead, performance.now() - began);
    this.reads += 1;
    for (const id of ids) {
      const version = views.get(id) ?? 0;
      const least = before.get(id) ?? 0;
      if (version < least) this.stale.push(`${id}: ${version} after ${least} had been told`);
      this.#tell(id, version);
    }
  }

  #tell(id: string, version: number): void {
    this.#told.set(id, Math.max(this.#told.get(id) ?? 0, version));
  }
}

async function underTraffic(faults: (traffic: Traffic) => Promise<void>): Promise<void> {
  const traffic = new Traffic();
  await waitFor("hits", () => hits() > 500);
  await faults(traffic);
  await waitFor("both nodes to be back", () => nodes.every(({ connection }) => connection.isReady));
  const before = hits();
  await waitFor("hits again", () => hits() > before + 500);
  await traffic.stop();
  expect(traffic.stale).toEqual([]);
  // A read may have to wait for a write, and that for the end of the lease.
  const most = LEASE_MS + 2 * DEADLINE_MS + SLACK_MS;
  expect(traffic.slowestWrite).toBeLessThan(most);
  expect(traffic.slowestRead).toBeLessThan(2 * most);
}

const isHit = (line: string) => line.startsWith("Redis is");

test("nobody reads what is out of date while partitions move between owners that do not know it", async () => {
  await underTraffic(async () => {
    for (let move = 0; move < 20; move += 1) {
      await owners.claim((nodes[move % 2] as CachedNode).leases, [
        anyOf(allPartitions),
        anyOf(allPartitions),
      ]);
      await delay(30);
    }
  });
});

test("nobody reads what is out of date when Redis is killed and comes back with what it had", async () => {
  await underTraffic(async (traffic) => {
    for (let round = 0; round < 3; round += 1) {
      await redis.kill("SIGKILL");
      await traffic.goesOn(30 * round);
      await redis.start();
      await waitFor("Redis", () => nodes.every(({ connection }) => connection.isReady));
      await traffic.goesOn(60);
    }
  });
  const [lines = []] = nodes.map((node) => node.lines.filter(isHit));
  expect(lines).toHaveLength(6);
});

test("nobody reads what is out of date when Redis hangs and goes on", async () => {
  await underTraffic(async (traffic) => {
    for (const hang of [50, 150, 600, 1500]) {
      process.kill(redis.pid, "SIGSTOP");
      await delay(hang);
      process.kill(redis.pid, "SIGCONT");
      await traffic.goesOn(90);
    }
  });
});

test("nobody reads what is out of date when one node after the other loses Redis", async () => {
  await underTraffic(async () => {
    for (let cut = 0; cut < 6; cut += 1) {
      (nodes[cut % 2] as CachedNode).connection.client.disconnect(true);
      await delay(random() * 300);
    }
  });
});
