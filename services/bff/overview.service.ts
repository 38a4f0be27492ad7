import type { Context, ServiceSchema } from "moleculer";
import type { Result } from "../../actors/contracts/contract.ts";
import { OVERVIEW_PARTS, type Overview, type OverviewPart } from "../../actors/contracts/overview.ts";
import { actions, call } from "../../mixins/bridge.ts";
import type { Counters } from "../../mixins/counters.ts";
import { logTo } from "../../mixins/logs/log-to.ts";
import { domainErrorOf } from "./errors.ts";

type OverviewOptions = {
  readonly counters: Counters;
  /** For all parts together. */
  readonly deadlineMs?: number;
};

const DEADLINE_MS = 2000;
/** The largest page. */
const MAX_CAMERAS = 1000;

type Asked = { readonly gatewayId: string; readonly timeout: number };
type PartReaders = {
  readonly [Part in OverviewPart]: (context: Context, asked: Asked) => Promise<NonNullable<Overview[Part]>>;
};

/** Where each part comes from; a part of the contract without a line here does not compile. */
const READERS: PartReaders = {
  twin: (context, { gatewayId, timeout }) => call(context, "twins.get", { gatewayId }, { timeout }),
  presence: (context, { gatewayId, timeout }) => call(context, "presence.get", { gatewayId }, { timeout }),
  config: (context, { gatewayId, timeout }) => call(context, "config.get", { gatewayId }, { timeout }),
  cameras: async (context, { gatewayId, timeout }) =>
    (await call(context, "cameras.list", { gatewayId, pageSize: MAX_CAMERAS }, { timeout })).cameras,
};

type Read = Pick<Overview, OverviewPart | "unavailable">;

/**
 * What pages show of a gateway, in one call: all parts are read at the same time, and what does not come in time is
 * named instead. Nothing is tried again: a page that is nearly whole now is better than a whole one later.
 */
export function overviewService({ counters, deadlineMs = DEADLINE_MS }: OverviewOptions): ServiceSchema {
  async function read<Part extends OverviewPart>(context: Context, part: Part, asked: Asked): Promise<Read> {
    try {
      return { [part]: await READERS[part](context, asked), unavailable: [] };
    } catch (error) {
      const reason = domainErrorOf(error, deadlineMs)?.type ?? "INTERNAL";
      if (reason === "INTERNAL")
        logTo(context.broker.logger).error("a part of an overview failed", {
          "gateway.id": asked.gatewayId,
          "event.action": part,
          error,
        });
      counters.count("gateway_twin.overview.unavailable.total", { part });
      return { unavailable: [{ part, reason }] };
    }
  }

  async function get(context: Context, gatewayId: string): Promise<Result<"overview.get">> {
    const asked = { gatewayId, timeout: deadlineMs };
    const reading = Promise.all(OVERVIEW_PARTS.map((part) => read(context, part, asked)));
    // Without it nobody knows whether there is anything to tell of: its errors are those of the whole.
    const gateway = await call(context, "gateways.get", { gatewayId }, { timeout: deadlineMs });
    const overview: Overview = { gateway, unavailable: [] };
    for (const { unavailable, ...part } of await reading) {
      Object.assign(overview, part);
      overview.unavailable.push(...unavailable);
    }
    return overview;
  }

  return {
    name: "overview",
    actions: actions("overview", { get: ({ gatewayId }, context) => get(context, gatewayId) }),
  };
}
