import type { Params, Result } from "../../actors/contracts/contract.ts";
import { call } from "../../mixins/bridge.ts";
import type { Binding } from "./binding.ts";
import { traceparentOf } from "./headers.ts";
import type { Told } from "./recorded.ts";

/** The action of a transfer, in its caller's name. */
export function callFor<Action extends Binding["action"]>(
  { principal, exchange, address }: Told,
  action: Action,
  params: Readonly<Record<string, unknown>>,
  timeout: number,
): Promise<Result<Action>> {
  const { context, request } = exchange;
  const traceparent = traceparentOf(request.headers.traceparent);
  const meta = { by: principal.name, principal, address, traceparent };
  return call(context, action, params as Params<Action>, { timeout, meta });
}
