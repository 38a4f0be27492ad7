import type { CallingOptions, Context, ServiceSchema } from "moleculer";
import type { ActionContract } from "../actors/contracts/action.ts";
import {
  ACTIONS,
  type ActionName,
  type EventName,
  type Params,
  type Payload,
  type Result,
} from "../actors/contracts/contract.ts";
import { EVENTS } from "../actors/contracts/events.ts";
import { checker, reader } from "../actors/contracts/validate.ts";
import type { Trace } from "../actors/runtime/spans.ts";
import { withTrace } from "./traces/current-trace.ts";
import { traceOf } from "./traces/traceparent.ts";

/** The only way services talk to each other: names, fields, results and payloads are checked by the compiler. */
export type Caller = {
  /** Of a call that is being served. */
  readonly meta?: object;
  call<Returned, Given>(action: string, params: Given, options?: CallingOptions): Promise<Returned>;
};
export type Emitter = {
  broadcast<Data>(event: string, data: Data): Promise<void>;
  emit<Data>(event: string, data: Data): Promise<void>;
};

type ServiceOf<Name> = Name extends `${infer Service}.${string}` ? Service : never;
type ActionOf<Service extends string, Name = ActionName> = Name extends `${Service}.${infer Action}`
  ? Action
  : never;
type Handler<Name> = Name extends ActionName
  ? (params: Params<Name>, context: Context) => Promise<Result<Name>> | Result<Name>
  : never;

/** Every action whose name begins with `${Service}.` needs a handler here. */
type ActionHandlers<Service extends string> = {
  readonly [Action in ActionOf<Service>]: Handler<`${Service}.${Action}`>;
};

type EventHandlers = { readonly [Name in EventName]?: (payload: Payload<Name>) => void | Promise<void> };

/**
 * The `actions` of a service's schema. What comes in is checked against the contract. Unknown keys are refused where
 * people may have sent them; where only our nodes call, a later version may, and they are left out.
 */
export function actions<Service extends ServiceOf<ActionName>>(
  service: Service,
  handlers: ActionHandlers<NoInfer<Service>>,
): NonNullable<ServiceSchema["actions"]> {
  const entries = Object.entries<(params: never, context: Context) => unknown>(handlers);
  return Object.fromEntries(
    entries.map(([action, handler]) => [action, actionOf(`${service}.${action}`, handler)]),
  );
}

function actionOf(name: string, handler: (params: never, context: Context) => unknown) {
  if (!isActionName(name)) throw new Error(`no contract declares the action '${name}'`);
  const { params, rest, cacheSeconds }: ActionContract = ACTIONS[name];
  const check = rest ? checker(params) : reader(params);
  return {
    handler: (context: Context) => {
      const trace = traceOf(context);
      if (trace === undefined) return handler(check(context.params) as never, context);
      return withTrace(trace, () => handler(check(context.params) as never, context));
    },
    ...(cacheSeconds !== undefined && { cache: { ttl: cacheSeconds } }),
  };
}

function isActionName(name: string): name is ActionName {
  return Object.hasOwn(ACTIONS, name);
}

/** The `events` of a service's schema. */
export function events(handlers: EventHandlers): NonNullable<ServiceSchema["events"]> {
  const entries = Object.entries<(payload: never) => void | Promise<void>>(handlers);
  return Object.fromEntries(
    entries.map(([name, handler]) => {
      const check = reader(EVENTS[name as EventName]);
      return [name, { handler: (context: Context) => handler(check(context.params) as never) }];
    }),
  );
}

/** Errors of the table come as DomainError, also from another node: the broker's `errorRegenerator` sees to that. */
export function call<Name extends ActionName>(
  caller: Caller,
  name: Name,
  params: Params<Name>,
  options: CallingOptions = {},
): Promise<Result<Name>> {
  return caller.call<Result<Name>, Params<Name>>(name, params, options);
}

/** Who calls for something that is part of a trace, without being called for it. */
export function tracedCaller(caller: Caller, traceparent: Trace | undefined): Caller {
  if (traceparent === undefined) return caller;
  const meta = { traceparent };
  return { meta, call: (action, params, options) => caller.call(action, params, { ...options, meta }) };
}

/** A hint to every node; see the contract of events for what it does not promise. */
export function broadcast<Name extends EventName>(
  emitter: Emitter,
  name: Name,
  payload: Payload<Name>,
): Promise<void> {
  return emitter.broadcast(name, payload);
}

/** A hint to one node per service that listens, this one if it does. */
export function emit<Name extends EventName>(
  emitter: Emitter,
  name: Name,
  payload: Payload<Name>,
): Promise<void> {
  return emitter.emit(name, payload);
}
