import type { ErrorValue } from "../actors/contracts/errors.ts";
import type { Routes } from "../actors/runtime/routes.ts";

/** Adds to a NOT_OWNER who is known to own the partition: `owner` is left out when nobody does. */
export function withOwnerHint(error: ErrorValue, routes: Routes): ErrorValue {
  const { type, partition } = error.data;
  if (error.type !== "NOT_OWNER" || typeof type !== "string" || typeof partition !== "number") return error;
  const route = routes.routeOf(type, partition);
  if (!route) return error;
  const { owner, epoch } = route;
  return { ...error, data: { type, partition, epoch, ...(owner !== null && { owner }) } };
}

/** Takes from a NOT_OWNER what it knows better. */
export function learnOwnerHint({ type: reason, data }: ErrorValue, routes: Routes): void {
  const { type, partition, owner, epoch } = data;
  if (reason !== "NOT_OWNER" || typeof type !== "string") return;
  if (typeof partition !== "number" || typeof epoch !== "number") return;
  routes.learn(type, partition, { owner: typeof owner === "string" ? owner : null, epoch });
}
