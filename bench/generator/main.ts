import { serve } from "../ipc.ts";
import { ClosedLoop } from "./closed-loop.ts";
import type { GeneratorCalls } from "./commands.ts";
import { FixedRate } from "./fixed-rate.ts";
import { Fleet } from "./fleet.ts";

let fleet = new Fleet([], 1);
let onCredits: (count: number) => void = () => {};

serve<GeneratorCalls>({
  async connect({ port, gateways, window }) {
    fleet = new Fleet(gateways, window);
    await fleet.connect(port);
    return null;
  },
  closedLoop(params) {
    const loop = new ClosedLoop(fleet, params.inFlight);
    const fromPuback = params.creditsFrom === "puback";
    fleet.onPuback = () => (fromPuback ? loop.credit(1) : undefined);
    onCredits = (count) => (fromPuback ? undefined : loop.credit(count));
    return fleet.guard(loop.run(params));
  },
  fixedRate(params) {
    const schedule = new FixedRate(fleet, params.ratePerSecond);
    fleet.onPuback = (slot) => schedule.acknowledged(slot);
    return fleet.guard(schedule.run(params));
  },
  credits({ count }) {
    onCredits(count);
    return null;
  },
  sentPerGateway: () => fleet.sentPerGateway,
});
