import type { JournalEvent } from "../../../actors/contracts/journal.ts";
import { rfc3339 } from "../../../mixins/rfc3339.ts";
import type { EventRow } from "./pages.ts";

export function eventOf({
  id,
  type,
  gatewayId,
  severity,
  time,
  actor,
  reason,
  traceId,
  data,
}: EventRow): JournalEvent {
  return {
    id,
    type,
    gatewayId,
    severity,
    time: rfc3339(time),
    actor,
    ...(reason !== null && { reason }),
    ...(traceId !== undefined && { traceId }),
    data,
  };
}
