import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { type Credentials, connectGateway, provision, type TestGateway } from "../helpers/gateway.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { seededRandom } from "../helpers/random.ts";
import { waitFor } from "../helpers/wait-for.ts";

const ROUNDS = 20;
const GATEWAYS = 12;
const random = seededRandom(20_261_121);

/** What one gateway knows of its own messages: the highest number whose PUBACK it has seen. */
type Sender = {
  readonly credentials: Credentials;
  sent: number;
  acknowledged: number;
  acknowledgements: number;
};

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let product: Product;
let senders: Sender[];

beforeAll(async () => {
  directory = await temporaryDirectory();
  product = await startProduct({ dataDir: directory.path });
  const ids = Array.from({ length: GATEWAYS }, (_, i) => `gw-${i}`);
  senders = (await provision(product, ids)).map((credentials) => ({
    credentials,
    sent: 0,
    acknowledged: 0,
    acknowledgements: 0,
  }));
});

afterAll(async () => {
  await product.kill("SIGKILL");
  await directory.remove();
});

/** Sends as fast as acknowledged, a few in flight, until the link breaks. */
function load(sender: Sender, gateway: TestGateway): void {
  const sendOne = () => {
    sender.sent += 1;
    const seq = sender.sent;
    const message = JSON.stringify({ state: { seq, noise: random() }, boot: "b1", seq });
    gateway.client.publish(`gw/${gateway.id}/up/reported`, message, { qos: 1 }, (error) => {
      if (error) return;
      sender.acknowledged = Math.max(sender.acknowledged, seq);
      sender.acknowledgements += 1;
      sendOne();
    });
  };
  for (let i = 0; i < 4; i += 1) sendOne();
}

type Twin = { readonly version: number; readonly reported: { readonly state: { readonly seq?: number } } };

async function twinOf(sender: Sender): Promise<Twin> {
  const { body } = await product.request("GET", `/v1/gateways/${sender.credentials.username}/twin`);
  return body as Twin;
}

describe("kill -9 at random moments under load", () => {
  it(`loses no acknowledged update in ${ROUNDS} rounds, and versions grow`, async () => {
    const versions = new Map<Sender, number>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const gateways = await Promise.all(
        senders.map(({ credentials }) => connectGateway(product, credentials)),
      );
      const before = senders.map(({ acknowledged }) => acknowledged);
      const enough = 1 + Math.floor(random() * 400);
      for (const [index, gateway] of gateways.entries()) load(senders[index] as Sender, gateway);
      await waitFor(`${enough} acknowledged updates in round ${round}`, () => {
        const fresh = senders.reduce(
          (sum, sender, index) => sum + sender.acknowledged - (before[index] ?? 0),
          0,
        );
        return fresh >= enough;
      });
      await product.kill("SIGKILL");
      await Promise.all(gateways.map((gateway) => gateway.end()));
      product = await startProduct({ dataDir: directory.path });
      for (const sender of senders) {
        const twin = await twinOf(sender);
        expect(twin.reported.state.seq ?? 0).toBeGreaterThanOrEqual(sender.acknowledged);
        expect(twin.version).toBeGreaterThanOrEqual(versions.get(sender) ?? 0);
        // Each update is one change and one version: none is counted twice, none without its change.
        expect(twin.version).toBeGreaterThanOrEqual(sender.acknowledgements);
        expect(twin.version).toBeLessThanOrEqual(sender.sent);
        versions.set(sender, twin.version);
      }
    }
    expect(senders.every(({ acknowledged }) => acknowledged > 0)).toBe(true);
  }, 240_000);
});
