import { ChildProcess } from "node:child_process";
import { describe, expect, it } from "vitest";
import { Peer } from "./ipc.ts";

type Calls = { double: { params: number; result: number }; fail: { params: null; result: null } };
type Sent = { id?: number; name: string; params: unknown };

/** A process object that was never started: its channel is played by the test. */
class FakeChild extends ChildProcess {
  readonly sent: Sent[] = [];

  override send(message: Sent): boolean {
    this.sent.push(message);
    return true;
  }
}

function fixture() {
  const child = new FakeChild();
  return { child, peer: new Peer<Calls>(child, "helper") };
}

describe("Peer", () => {
  it("matches answers to calls whatever their order", async () => {
    const { child, peer } = fixture();
    const answers = [peer.call("double", 1), peer.call("double", 2)];
    child.emit("message", { id: child.sent[1]?.id, result: 4 });
    child.emit("message", { id: child.sent[0]?.id, result: 2 });
    expect(await Promise.all(answers)).toEqual([2, 4]);
  });

  it("turns an error answer into a rejection", async () => {
    const { child, peer } = fixture();
    const answer = peer.call("fail", null);
    child.emit("message", { id: child.sent[0]?.id, error: "no" });
    await expect(answer).rejects.toThrow("no");
  });

  it("rejects what is open when the process ends", async () => {
    const { child, peer } = fixture();
    const answer = peer.call("double", 1);
    child.emit("exit", null, "SIGKILL");
    await expect(answer).rejects.toThrow("helper ended (SIGKILL)");
  });

  it("hands notes on and sends commands without waiting", () => {
    const { child, peer } = fixture();
    const notes: unknown[] = [];
    peer.onNote((note) => notes.push(note));
    child.emit("message", { note: 7 });
    peer.tell("double", 3);
    expect(notes).toEqual([7]);
    expect(child.sent).toEqual([{ name: "double", params: 3 }]);
  });
});
