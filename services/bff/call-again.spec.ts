import { Errors } from "moleculer";
import { expect, it } from "vitest";
import { DomainError } from "../../actors/contracts/errors.ts";
import { callAgain } from "./call-again.ts";

const notFound = () => new Errors.ServiceNotFoundError({ action: "twins.get" });
const nodeGone = () => new Errors.RequestRejectedError({ action: "twins.get", nodeID: "n1" });

/** Throws these, one at each try, and then succeeds. */
function failing(...errors: Error[]) {
  return async () => {
    const error = errors.shift();
    if (error) throw error;
    return "done";
  };
}

it("finds a node that comes late", async () => {
  const attempt = failing(notFound(), notFound());
  expect(await callAgain(attempt, { timeoutMs: 1000, isRepeatable: false })).toBe("done");
});

it("asks again what was asked of a node that has gone, when that does no harm", async () => {
  expect(await callAgain(failing(nodeGone()), { timeoutMs: 1000, isRepeatable: true })).toBe("done");
  const once = callAgain(failing(nodeGone()), { timeoutMs: 1000, isRepeatable: false });
  await expect(once).rejects.toThrow(Errors.RequestRejectedError);
});

it("takes no for an answer, and ends in time", async () => {
  const refused = callAgain(failing(new DomainError("NOT_OWNER")), { timeoutMs: 1000, isRepeatable: true });
  await expect(refused).rejects.toThrow(DomainError);
  const never = callAgain(() => Promise.reject(notFound()), { timeoutMs: 50, isRepeatable: true });
  await expect(never).rejects.toThrow(Errors.ServiceNotFoundError);
});
