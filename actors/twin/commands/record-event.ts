import { DomainError } from "../../contracts/errors.ts";
import type { JsonObject } from "../../contracts/json.ts";
import type { Decision } from "../../runtime/actor.ts";
import type { GatewayAnswer, TwinCommands, TwinEvent } from "../contract.ts";
import { bytesBound, checkDocument, exactBytes } from "../document-limits.ts";
import type { TwinState } from "../state.ts";
import type { TwinRules } from "./rules.ts";

/**
 * Something happened at the gateway. It is committed like a change of the twin, so that its PUBACK promises the
 * same, and shown by the journal; a copy is told by the gateway's own id there.
 */
export function recordEvent(
  rules: TwinRules,
  _state: TwinState,
  params: TwinCommands["recordEvent"]["params"],
): Decision<TwinEvent, readonly GatewayAnswer[]> {
  if (params.data) checkData(rules, params.data);
  return { events: [{ type: "twin.event.recorded", ...params }], reply: [] };
}

function checkData({ limits }: TwinRules, data: JsonObject): void {
  const what = "event's data";
  checkDocument(what, data, limits);
  const limit = limits.sectionBytes;
  if (bytesBound(data) > limit && exactBytes(data) > limit) {
    throw new DomainError("PAYLOAD_TOO_LARGE", { what, limit });
  }
}
