import { ServiceBroker as Broker, type ServiceBroker } from "moleculer";
import { ErrorRegenerator } from "../../mixins/error-regenerator.ts";
import { freshNamespace, sharedServers } from "./servers.ts";
import { waitFor } from "./wait-for.ts";

/** Quiet brokers on the shared NATS, with what the product sets for calls between nodes. */
export function natsBrokers() {
  const namespace = freshNamespace();
  const brokers: ServiceBroker[] = [];
  return {
    namespace,
    brokers,
    create(nodeID: string): ServiceBroker {
      const broker = new Broker({
        nodeID,
        namespace,
        transporter: { type: "NATS", options: { url: sharedServers().natsUrl } },
        serializer: "CBOR",
        errorRegenerator: new ErrorRegenerator(),
        logger: false,
        validator: false,
        internalServices: false,
        requestTimeout: 10_000,
        dependencyInterval: 20,
      });
      brokers.push(broker);
      return broker;
    },
    /** Until each of them can call the action, and send the event, on `nodes` nodes. */
    async untilKnown(action: string, nodes: number): Promise<void> {
      await waitFor(`${action} on ${nodes} nodes`, () =>
        brokers.every(({ registry }) => registry.actions.get(action)?.endpoints.length === nodes),
      );
    },
    stop: () => Promise.all(brokers.splice(0).map((broker) => broker.stop())),
  };
}
