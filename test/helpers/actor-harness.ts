import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sequelize } from "sequelize";
import type { Downlink } from "../../actors/runtime/actor.ts";
import { ActorHost } from "../../actors/runtime/host.ts";
import { InProcessBus } from "../../actors/runtime/in-process-bus.ts";
import { ActorNode, type ActorNodeOptions } from "../../actors/runtime/node.ts";
import type { ActorStore, Consumer, Log } from "../../actors/runtime/ports.ts";
import { Routes } from "../../actors/runtime/routes.ts";
import { NO_SIGNALS } from "../../actors/runtime/signals.ts";
import { openDatabase } from "../../stores/database.ts";
import { SqlActorStore } from "../../stores/sql/actor-store.ts";
import { SqlBusStore } from "../../stores/sql/bus-store.ts";
import { SqlSessionStore } from "../../stores/sql/session-store.ts";
import { type CounterCommand, type CounterEvent, type CounterState, counterActor } from "./counter-actor.ts";

const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export type Harness = {
  readonly node: ActorNode;
  readonly host: ActorHost<CounterState, CounterCommand, CounterEvent, number>;
  readonly bus: InProcessBus;
  readonly store: SwitchableStore;
  readonly sequelize: Sequelize;
  readonly downlinks: Downlink[];
  readonly fencedBecause: string[];
  readonly stop: () => Promise<void>;
  /** Goes away as a killed process does: nothing is saved or given back. */
  readonly crash: () => Promise<void>;
};

/** The real store, with switches for what tests must hold back or break. */
export class SwitchableStore implements ActorStore {
  readonly #store: ActorStore;
  commits = 0;
  loads = 0;
  broken: Error | undefined;
  #held: Promise<void> | undefined;
  #release: () => void = () => undefined;

  constructor(store: ActorStore) {
    this.#store = store;
  }

  /** Commits wait until `letGo`. */
  hold(): void {
    this.#held = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  letGo(): void {
    this.#held = undefined;
    this.#release();
  }

  async commit(...args: Parameters<ActorStore["commit"]>) {
    this.commits += 1;
    await this.#held;
    if (this.broken) throw this.broken;
    return this.#store.commit(...args);
  }

  async load(...args: Parameters<ActorStore["load"]>) {
    this.loads += 1;
    if (this.broken) throw this.broken;
    return this.#store.load(...args);
  }

  createPartitions = (...args: Parameters<ActorStore["createPartitions"]>) =>
    this.#store.createPartitions(...args);
  partitions = () => this.#store.partitions();
  claim = (...args: Parameters<ActorStore["claim"]>) => this.#store.claim(...args);
  release = (...args: Parameters<ActorStore["release"]>) => this.#store.release(...args);
  saveSnapshots = (...args: Parameters<ActorStore["saveSnapshots"]>) => this.#store.saveSnapshots(...args);
  advance = (...args: Parameters<ActorStore["advance"]>) => this.#store.advance(...args);
}

export type HarnessOptions = Partial<ActorNodeOptions> & {
  readonly dataDir: string;
  readonly nodeId?: string;
  readonly maxWaiting?: number;
  /** Gets all rows, as the only group of the bus. */
  readonly consume?: Consumer["handle"];
  readonly skipsRoutine?: boolean;
};

export async function temporaryDirectory(): Promise<{
  readonly path: string;
  readonly remove: () => Promise<void>;
}> {
  const path = await mkdtemp(join(tmpdir(), "gateway-twin-test-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A node with counters on a real SQLite file. */
export async function startHarness(options: HarnessOptions): Promise<Harness> {
  const {
    dataDir,
    nodeId = "node-1",
    maxWaiting = 10_000,
    consume,
    skipsRoutine = false,
    ...overrides
  } = options;
  const sequelize = await openDatabase(dataDir);
  const store = new SwitchableStore(new SqlActorStore(sequelize));
  const downlinks: Downlink[] = [];
  const fencedBecause: string[] = [];
  const clock = overrides.clock ?? Date.now;
  const node = new ActorNode({
    session: { nodeId, instanceId: randomUUID(), host: "test", pid: process.pid, roles: ["all"] },
    sessionTtlMs: 3000,
    signals: NO_SIGNALS,
    routes: new Routes(),
    isExclusive: true,
    store,
    sessions: new SqlSessionStore(sequelize),
    isGone: () => true,
    clock,
    monotonic: () => performance.now(),
    log: silentLog,
    onFatal: (reason) => fencedBecause.push(reason),
    onGone: () => undefined,
    snapshotLagMs: 200,
    idleMs: 100,
    maxIdleBytes: 1024 ** 2,
    ...overrides,
  });
  const isTransient = () => false;
  const bus = new InProcessBus({
    store: new SqlBusStore(sequelize),
    log: silentLog,
    clock: Date.now,
    isTransient,
  });
  if (consume) bus.subscribe({ group: "test", skipsRoutine, handle: consume });
  const host = new ActorHost({
    type: counterActor,
    partitionCount: 4,
    store,
    committer: node.committer,
    publisher: bus,
    clock,
    log: silentLog,
    maxWaiting,
    sendDownlinks: (messages) => downlinks.push(...messages),
    onFenced: () => void node.fenced(),
    mayAnswer: () => node.mayAnswer,
  });
  await bus.start();
  await node.start();
  await node.serve(host);
  const crash = async () => {
    node.abandon();
    await bus.stop();
    await sequelize.close();
  };
  const stop = async () => {
    await node.retire(host);
    await node.stop();
    await bus.stop();
    await sequelize.close();
  };
  return { node, host, bus, store, sequelize, downlinks, fencedBecause, stop, crash };
}
