import type { ActionContract, RestBinding } from "../../actors/contracts/action.ts";
import { ACTIONS, type ActionName } from "../../actors/contracts/contract.ts";
import { type Binding, bindingOf } from "./binding.ts";
import { rankOf } from "./paths.ts";

/** One path and method; more than one binding where the content type decides. */
export type RestRoute = {
  readonly method: RestBinding["method"];
  /** As in the contract. */
  readonly path: string;
  readonly bindings: readonly [Binding, ...Binding[]];
};

/** All routes of the open API whose bodies are no files, the more specific before the more general. */
export function restRoutes(): readonly RestRoute[] {
  const routes = new Map<string, RestRoute>();
  for (const name of Object.keys(ACTIONS) as ActionName[]) {
    const { rest }: ActionContract = ACTIONS[name];
    if (rest && !rest.transfer) addTo(routes, rest, bindingOf(name, rest));
  }
  return [...routes.values()].sort((a, b) => (rankOf(a.path) < rankOf(b.path) ? -1 : 1));
}

function addTo(routes: Map<string, RestRoute>, { method, path }: RestBinding, binding: Binding): void {
  const known = routes.get(`${method} ${path}`);
  const bindings = known ? ([...known.bindings, binding] as const) : ([binding] as const);
  routes.set(`${method} ${path}`, { method, path, bindings: [bindings[0], ...bindings.slice(1)] });
}
