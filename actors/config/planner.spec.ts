import { expect, test } from "vitest";
import { nextSteps, type Situation, type Step } from "./planner.ts";

const NOW = 1000;
/** One second per delivery. */
const SETTINGS = { maxAttempts: 3, waitMs: (attempts: number) => attempts * 1000 };

const situation: Situation = {
  sync: "open",
  isReachable: true,
  attempts: 0,
  dueTime: NOW,
  wantsFull: false,
  hasFailed: false,
};
const delta: Step = { name: "sendDelta" };
const full: Step = { name: "sendFull" };
const wait = (until: number | null): Step => ({ name: "wait", until });
const giveUp = (reason: "NO_RESPONSE" | "REFUSED"): Step => ({ name: "giveUp", reason });

test.each<[string, Partial<Situation>, Step[]]>([
  ["in sync", { sync: "synced" }, []],
  ["in sync and away", { sync: "synced", isReachable: false }, []],
  ["something is missing and the attempt is due", {}, [delta, wait(NOW + 1000)]],
  ["the next attempt is longer away", { attempts: 2 }, [delta, wait(NOW + 3000)]],
  ["no time was planned", { dueTime: null }, [delta, wait(NOW + 1000)]],
  ["it is not due yet", { dueTime: NOW + 1 }, [wait(NOW + 1)]],
  ["it is away", { isReachable: false }, [wait(null)]],
  ["it was told often enough, and has its time still", { attempts: 3, dueTime: NOW + 1 }, [wait(NOW + 1)]],
  ["it was told often enough", { attempts: 3 }, [giveUp("NO_RESPONSE")]],
  ["it was told often enough, and is away", { attempts: 3, isReachable: false }, [wait(null)]],
  ["it was given up", { hasFailed: true }, [wait(null)]],
  ["it refuses all that is missing", { sync: "refused" }, [giveUp("REFUSED")]],
  ["it refused and went away", { sync: "refused", isReachable: false }, [giveUp("REFUSED")]],
  ["its refusal is known", { sync: "refused", hasFailed: true }, [wait(null)]],
  ["all of it is wanted", { wantsFull: true }, [full, wait(NOW + 1000)]],
  ["all of it is wanted in sync", { sync: "synced", wantsFull: true }, [full]],
  [
    "all of it is wanted when it is back",
    { sync: "synced", wantsFull: true, isReachable: false },
    [wait(null)],
  ],
  ["all of it is wanted of one that refuses", { sync: "refused", wantsFull: true }, [full, wait(NOW + 1000)]],
  [
    "it was asked anew, and has its time",
    { sync: "refused", attempts: 1, dueTime: NOW + 1 },
    [wait(NOW + 1)],
  ],
  ["it was asked anew, and still refuses", { sync: "refused", attempts: 1 }, [giveUp("REFUSED")]],
])("%s: %j", (_, is, steps) => {
  expect(nextSteps({ ...situation, ...is }, NOW, SETTINGS)).toEqual(steps);
});
