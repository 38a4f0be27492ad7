import { expect, it } from "vitest";
import { Membership } from "./membership.ts";
import type { Session, SessionStore } from "./ports.ts";

const SESSION = { nodeId: "a", instanceId: "a-1", host: "test", pid: 1, roles: ["all"], isDraining: false };

/** As over several connections: what is written first need not arrive first. */
class SlowSessions implements SessionStore {
  stored: readonly string[] = [];
  readonly #waiting: (() => void)[] = [];

  begin({ types }: Session): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        this.stored = types;
        resolve();
      });
    });
  }

  /** The one written last arrives first. */
  arrive(): void {
    for (const write of this.#waiting.splice(0).reverse()) write();
  }

  renew = async () => true;
  end = async () => undefined;
  live = async () => ({ now: 0, sessions: [] });
}

it("tells the types it serves in the order in which they came, whatever way they take to the store", async () => {
  const sessions = new SlowSessions();
  const types: string[] = [];
  const membership = new Membership({
    sessions,
    ttlMs: 1000,
    session: () => ({ ...SESSION, types: [...types] }),
    monotonic: () => 0,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    mayBegin: () => true,
    onLost: () => undefined,
    onReplaced: () => undefined,
  });
  types.push("twin");
  const first = membership.begin();
  types.push("camera");
  const second = membership.begin();
  let isOver = false;
  const both = Promise.all([first, second]).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    sessions.arrive();
    await new Promise(setImmediate);
  }
  await both;
  expect(sessions.stored).toEqual(["twin", "camera"]);
});
