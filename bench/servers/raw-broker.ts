import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Aedes } from "aedes";
import { serve } from "../ipc.ts";

export type RawBrokerCalls = { listen: { params: null; result: { port: number } } };

serve<RawBrokerCalls>({
  async listen() {
    const broker = await Aedes.createBroker({ authorizePublish: (_client, _packet, done) => done() });
    const server = createServer({ noDelay: true }, (socket) => broker.handle(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return { port: (server.address() as AddressInfo).port };
  },
});
