import { serve } from "../ipc.ts";
import { ClosedLoop } from "./closed-loop.ts";
import type { CreditSource, GeneratorCalls } from "./commands.ts";
import { FixedRate } from "./fixed-rate.ts";
import { Fleet } from "./fleet.ts";
import { NUMBERED, PLAIN } from "./frames.ts";

let fleet = new Fleet([], 1);
let onCredits: (count: number) => void = () => {};

serve<GeneratorCalls>({
  async connect({ port, gateways, window, wantsAcks }) {
    fleet = new Fleet(gateways, window);
    await fleet.connect(port, wantsAcks);
    return null;
  },
  closedLoop(params) {
    const loop = new ClosedLoop(fleet, params.inFlight);
    const creditFrom = (source: CreditSource) => (count: number) =>
      source === params.creditsFrom ? loop.credit(count) : undefined;
    fleet.use(params.isNumbered ? NUMBERED : PLAIN);
    fleet.onPuback = () => creditFrom("puback")(1);
    fleet.onAck = () => creditFrom("ack")(1);
    onCredits = creditFrom("consumer");
    return fleet.guard(loop.run(params));
  },
  fixedRate(params) {
    const schedule = new FixedRate(fleet, params.ratePerSecond);
    fleet.use(NUMBERED);
    fleet.onAck = () => {};
    fleet.onPuback = (slot) => schedule.acknowledged(slot);
    return fleet.guard(schedule.run(params));
  },
  credits({ count }) {
    onCredits(count);
    return null;
  },
  sentPerGateway: () => fleet.sentPerGateway,
});
