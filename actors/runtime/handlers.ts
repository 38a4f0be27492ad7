import { DomainError } from "../contracts/errors.ts";
import type { Context, Decision } from "./actor.ts";

/** Every command of an actor type, by name. */
export type Commands<Names> = {
  readonly [Name in keyof Names]: { readonly params: unknown; readonly reply: unknown };
};

export type CommandOf<C extends Commands<C>> = {
  [Name in keyof C]: { readonly name: Name; readonly params: C[Name]["params"] };
}[keyof C];

export type ReplyOf<C extends Commands<C>> = C[keyof C]["reply"];

/** One function for each command of an actor type: a command without its handler does not compile. */
export type HandlersOf<Rules, State, C extends Commands<C>, Event> = {
  readonly [Name in keyof C]: (
    rules: Rules,
    state: State,
    params: C[Name]["params"],
    context: Context,
  ) => Decision<Event, C[Name]["reply"]>;
};

/**
 * What the command's handler decides. One that only a later version knows is refused, to be asked again: by then its
 * actor may be at a node of that version.
 */
export function decideBy<Rules, State, C extends Commands<C>, Event, Name extends keyof C>(
  handlers: HandlersOf<Rules, State, C, Event>,
  rules: Rules,
  state: State,
  command: { readonly name: Name; readonly params: C[Name]["params"] },
  context: Context,
): Decision<Event, C[Name]["reply"]> {
  const { name } = command;
  if (!Object.hasOwn(handlers, name))
    throw new DomainError("SERVICE_UNAVAILABLE", { service: `the command '${String(name)}'` });
  return handlers[name](rules, state, command.params, context);
}
