import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "vitest";
import type { Params } from "../../actors/contracts/contract.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import { call } from "../../mixins/bridge.ts";
import { DATABASES, type OpenedDatabase } from "../helpers/databases.ts";
import { seededRandom } from "../helpers/random.ts";
import { expectPresentLayers, type Profiles, rest, startProfiles } from "./config-profiles-harness.ts";

let database: OpenedDatabase;
let profiles: Profiles;

type Settings = Omit<Params<"config-profiles.update">, "configProfileId">;
const create = (configProfileId: string, more: Settings) =>
  call(profiles.broker, "config-profiles.create", { configProfileId, desired: {}, ...more });
const update = (configProfileId: string, change: Settings) =>
  call(profiles.broker, "config-profiles.update", { configProfileId, ...change });
const remove = (configProfileId: string) =>
  call(profiles.broker, "config-profiles.delete", { configProfileId });
const register = (gatewayId: string, site: string) =>
  call(profiles.broker, "gateways.create", { gatewayId, labels: { site } });

describe.each(DATABASES)("changes at random on %s", (_driver, open) => {
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    profiles = await startProfiles(database);
  });
  afterEach(() => profiles.stop());

  test.each([1, 2, 3])("end with the layers of the present profiles (seed %i)", async (seed) => {
    const random = seededRandom(seed);
    const int = (below: number) => Math.floor(random() * below);
    const site = () => "abc".charAt(int(3));
    const ignore = () => undefined;
    await Promise.all(Array.from({ length: 15 }, (_, n) => register(`gw-${n}`, site())));
    profiles.twins.beforeLaying = async () => {
      if (random() < 0.1) throw new DomainError("OVERLOADED");
      for (let turns = int(4); turns > 0; turns--) await new Promise(setImmediate);
    };
    const steps: readonly (() => Promise<unknown>)[] = [
      () => create(`p${int(4)}`, { desired: { [site()]: int(9) }, gatewayFilter: `labels.site = ${site()}` }),
      () => update(`p${int(4)}`, { desired: { [site()]: int(9) }, priority: int(3) }),
      () => update(`p${int(4)}`, { percent: int(101) }),
      () => update(`p${int(4)}`, { gatewayFilter: int(2) ? "" : `NOT labels.site = ${site()}` }),
      () => remove(`p${int(4)}`),
      () =>
        call(profiles.broker, "gateways.update", { gatewayId: `gw-${int(18)}`, labels: { site: site() } }),
      () => register(`gw-${int(18)}`, site()),
      () => call(profiles.broker, "gateways.delete", { gatewayId: `gw-${int(18)}` }),
      () => profiles.deliver(1 + int(5)),
      () => profiles.deliver(),
      async () => profiles.holder().drop(0),
      () => profiles.adopt(),
    ];
    const running: Promise<unknown>[] = [];
    for (let n = 0; n < 120; n++) {
      // What cannot be (there is no such profile) is refused; what is at work goes on beside the next step.
      const step = steps[int(steps.length)]?.().catch(ignore);
      running.push(Promise.resolve(step));
      if (int(3) > 0) await step;
    }
    await Promise.all(running);
    await profiles.adopt();
    await rest(profiles);
    await rest(profiles);
    await expectPresentLayers(profiles);
  });
});
