import { namesOf } from "../../stores/nats/streams.ts";
import { type Child, forkModule } from "../children.ts";
import { Lane } from "../lane.ts";
import type { CommitWatchCalls } from "../servers/commit-watch.ts";
import type { Variant } from "../variants/variant.ts";
import { callPerMessage, floor, redisHash } from "./baselines.ts";
import { bridge, front } from "./ours.ts";
import { ProductCluster } from "./product-cluster.ts";
import type { Lanes } from "./rows.ts";
import { type BenchServers, startBenchServers } from "./servers.ts";

/** All that runs during the cluster's part of the bench. */
export type Stage = {
  servers: BenchServers;
  cluster: ProductCluster;
  watch: Child<CommitWatchCalls>;
  lanes: Lanes;
  close: () => Promise<void>;
};

export async function openStage(): Promise<Stage> {
  console.log("starting the servers and the cluster");
  const servers = await startBenchServers();
  const cluster = await startCluster(servers);
  const watch = forkModule<CommitWatchCalls>("./servers/commit-watch.ts", "watch of the commits");
  const { eventSubject, routineSubject } = namesOf(cluster.namespace);
  await watch.peer.call("start", { natsUrl: servers.nats.url, subjects: [eventSubject, routineSubject] });
  const ours = { servers, cluster, watch };
  const lanes: Lanes = {
    floor: await open(floor(servers)),
    redis: await open(redisHash(servers)),
    calls: await open(callPerMessage(servers)),
    front: await open(front(ours)),
    bridge: await open(bridge(ours)),
  };
  const close = async () => {
    for (const lane of Object.values(lanes)) await lane.close();
    await watch.stop();
    await cluster.stop();
    await servers.stop();
  };
  return { ...ours, lanes, close };
}

async function startCluster(servers: BenchServers): Promise<ProductCluster> {
  const urls = {
    natsUrl: servers.nats.url,
    databaseUrl: await servers.createDatabase("bench_twins"),
    brokerUrl: servers.brokers.bridge.url,
  };
  return ProductCluster.start(urls, { twins: 1, journal: true });
}

async function open(variant: Variant): Promise<Lane> {
  console.log(`starting ${variant.title}`);
  return Lane.open(variant);
}
