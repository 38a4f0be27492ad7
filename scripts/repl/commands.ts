import { ACTIONS, type Params, type Result } from "../../actors/contracts/contract.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import { PROFILE_KINDS, type ProfileKind } from "../../actors/contracts/node-profiles.ts";
import { checker } from "../../actors/contracts/validate.ts";
import { partitionOf } from "../../actors/runtime/partition-map.ts";
import { type Caller, call } from "../../mixins/bridge.ts";

/** One line of the operator's console: `name <parameter> [optional]`. */
export type Command = {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly description: string;
  readonly run: (caller: Caller, ...args: string[]) => Promise<unknown>;
};

type Owned = Result<"cluster.partitions">["partitions"][number];

const DRAIN_SECONDS = 60;

const checkedWish = checker(ACTIONS["node.setLogLevel"].params);

export const COMMANDS: readonly Command[] = [
  {
    name: "twin",
    parameters: ["<id>"],
    description: "The twin of a gateway, the node that owns it, and the owner's epoch",
    async run(caller, gatewayId = "") {
      const [twin, { owner, epoch, partition }] = await Promise.all([
        call(caller, "twins.get", { gatewayId, view: "FULL" }),
        ownerOf(caller, "twin", gatewayId),
      ]);
      return { owner, epoch, partition, twin };
    },
  },
  {
    name: "presence",
    parameters: ["<id>"],
    description: "Whether a gateway is there, the node that owns its presence, and the owner's epoch",
    async run(caller, gatewayId = "") {
      const [presence, { owner, epoch, partition }] = await Promise.all([
        call(caller, "presence.get", { gatewayId }),
        ownerOf(caller, "presence", gatewayId),
      ]);
      return { owner, epoch, partition, presence };
    },
  },
  {
    name: "owners",
    parameters: ["[type]"],
    description: "How many partitions each node owns, of all types or of one",
    async run(caller, type) {
      const { partitions } = await call(caller, "cluster.get", {});
      if (type === undefined) return partitions;
      requireOneOf("type", type, Object.keys(partitions));
      return partitions[type];
    },
  },
  {
    name: "handoff",
    parameters: ["<type>", "<target>"],
    description: "Moves a partition (by number), or all of the type that a node has, to other nodes",
    run: handOff,
  },
  {
    name: "drain",
    parameters: ["<node>"],
    description: "Moves all that a node owns to others; it takes nothing until it is started anew",
    async run(caller, node = "") {
      await requireNode(caller, node);
      const params = { timeoutSeconds: DRAIN_SECONDS };
      return call(caller, "node.drain", params, { nodeID: node, timeout: (DRAIN_SECONDS + 5) * 1000 });
    },
  },
  {
    name: "loglevel",
    parameters: ["<level>", "[node]", "[module]"],
    description: "Logs more or less for 15 minutes: on a node (* is all) and in a module of it (all)",
    run: setLogLevel,
  },
  {
    name: "profiles",
    parameters: ["<node>"],
    description: "The CPU and heap profiles that a node keeps, newest first",
    run: async (caller, nodeId = "") => call(caller, "node-profiles.list", { nodeId }),
  },
  {
    name: "profile",
    parameters: ["<node>", "[kind]", "[seconds]"],
    description: "Profiles a node, its CPU (10 s) or heap; the file is in the node's DATA_DIR/profiles",
    async run(caller, nodeId = "", kind = "cpu", seconds = "10") {
      const params = { nodeId, kind: profileKindOf(kind), seconds: Number(seconds) };
      const timeout = (params.seconds + 10) * 1000;
      return call(caller, "node-profiles.capture", params, { timeout });
    },
  },
  {
    name: "deadletters",
    parameters: ["[type]"],
    description: "Messages that were put aside, oldest first",
    async run(caller, type) {
      if (type !== undefined) await requireType(caller, type);
      return call(caller, "dead-letters.list", { limit: 100, ...(type !== undefined && { type }) });
    },
  },
  {
    name: "redrive",
    parameters: ["<id>"],
    description: "Hands a dead letter on once more; it is forgotten when that succeeds",
    async run(caller, id = "") {
      const redriven = await call(caller, "dead-letters.redrive", { id });
      if (redriven.state === "NOT_FOUND")
        throw refused(`there is no dead letter '${id}'; 'deadletters' lists those that there are`);
      return redriven;
    },
  },
];

function profileKindOf(text: string): ProfileKind {
  const kind = PROFILE_KINDS.find((each) => each.toLowerCase() === text.toLowerCase());
  if (kind) return kind;
  throw refused(`'${text}' is not a kind of profile; cpu and heap are`);
}

async function handOff(caller: Caller, type = "", target = ""): Promise<{ moved: number[] }> {
  const owned = await partitionsOf(caller, type);
  const wanted = /^\d+$/.test(target)
    ? owned.filter(({ partition }) => partition === Number(target))
    : owned.filter(({ owner }) => owner === target);
  if (wanted.length === 0)
    throw refused(`'${target}' is neither a partition of '${type}' nor a node that owns one`);
  const moved: number[] = [];
  for (const { partition, owner } of wanted) {
    if (owner !== null && (await isMoved(caller, { type, partition }, owner))) moved.push(partition);
  }
  return { moved };
}

async function isMoved(caller: Caller, ref: Params<"node.handOff">, owner: string): Promise<boolean> {
  return (await call(caller, "node.handOff", ref, { nodeID: owner, timeout: 10_000 })).moved;
}

async function setLogLevel(caller: Caller, level = "", node = "*", module = "*") {
  const wish = checkedWish({ nodeId: node, level, module });
  const { nodes } = await call(caller, "cluster.get", {});
  const targets = node === "*" ? nodes.map(({ nodeId }) => nodeId) : [node];
  const changes = targets.map((nodeId) => call(caller, "node.setLogLevel", { ...wish, nodeId }));
  const done = await Promise.all(changes);
  return done.map((change, index) => ({ nodeId: targets[index], ...change }));
}

async function ownerOf(caller: Caller, type: string, actorId: string): Promise<Owned> {
  const owned = await partitionsOf(caller, type);
  const number = partitionOf(actorId, owned.length);
  const found = owned.find(({ partition }) => partition === number);
  if (!found) throw new Error(`partition ${number} of '${type}' is missing`);
  return found;
}

async function partitionsOf(caller: Caller, type: string): Promise<Owned[]> {
  await requireType(caller, type);
  return (await call(caller, "cluster.partitions", { type })).partitions;
}

async function requireType(caller: Caller, type: string): Promise<void> {
  requireOneOf("type", type, Object.keys((await call(caller, "cluster.get", {})).partitions));
}

async function requireNode(caller: Caller, nodeId: string): Promise<void> {
  const { nodes } = await call(caller, "cluster.get", {});
  requireOneOf(
    "node",
    nodeId,
    nodes.map((node) => node.nodeId),
  );
}

function requireOneOf(what: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw refused(`there is no ${what} '${name}'; there are ${known.join(", ")}`);
}

function refused(problem: string): DomainError {
  return new DomainError("INVALID_ARGUMENT", { problem });
}
