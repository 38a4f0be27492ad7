import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Input } from "./gateway-model.ts";
import { Replay, type ReplayGateway } from "./replay.ts";

const never = new AbortController().signal;
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "replay-"));
  file = join(folder, "readings.ndjson");
});

afterEach(() => rm(folder, { recursive: true }));

const line = (device: string, value: number, ts = value) =>
  JSON.stringify({ device_id: device, ts, data: { value }, device: `name-${device}` });

/** Gateways that only write down what they are given. */
function recorder(hasRoom = true) {
  const inputs = new Map<string, Input[]>();
  const gatewayFor = async (id: string): Promise<ReplayGateway> => {
    const given = inputs.get(id) ?? [];
    inputs.set(id, given);
    return { id, apply: (input) => void given.push(input), room: async () => hasRoom };
  };
  const reported = (id: string) =>
    inputs.get(id)?.flatMap((input) => (input.type === "sampled" ? [input.state] : []));
  return { gatewayFor, reported, inputs };
}

test("plays each device in the order of its lines; names and skips malformed ones", async () => {
  const complaint = vi.spyOn(console, "error").mockReturnValue();
  await writeFile(
    file,
    [line("a", 1), "{", line("b", 2), "", line("a", 3), '{"ts":1}', line("b", 4)].join("\n"),
  );
  const { gatewayFor, reported, inputs } = recorder();
  const replay = new Replay({ file, speed: 0 }, gatewayFor);
  await replay.play(never);
  expect(reported("a")).toEqual([1, 3].map((value) => ({ sensors: { value }, device: "name-a" })));
  expect(reported("b")).toEqual([2, 4].map((value) => ({ sensors: { value }, device: "name-b" })));
  expect(inputs.get("a")?.[1]).toMatchObject({ type: "measured", at: 1000, values: { value: 1 } });
  expect({ ...replay }).toMatchObject({ readings: 4, malformed: 2 });
  expect(complaint.mock.calls.map(([text]) => String(text).split(":")[0])).toEqual([
    "line 2 skipped",
    "line 6 skipped",
  ]);
  complaint.mockRestore();
});

test("keeps the recorded pace, divided by the speed", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    await writeFile(file, [line("a", 0), line("a", 30)].join("\n"));
    const { gatewayFor, reported } = recorder();
    const stop = new AbortController();
    const playing = new Replay({ file, speed: 2 }, async (id) => {
      if (reported("a")?.length === 1) setImmediate(() => stop.abort());
      return gatewayFor(id);
    }).play(stop.signal);
    await expect(playing).rejects.toThrow("aborted");
    expect(reported("a")).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});

test("gives up on a gateway that gets no acknowledgement", async () => {
  await writeFile(file, line("a", 1));
  const playing = new Replay({ file, speed: 0 }, recorder(false).gatewayFor).play(never);
  await expect(playing).rejects.toThrow("a got no acknowledgement for 60 s, at line 1");
});

test("a missing file is a wrong option", async () => {
  const playing = new Replay({ file: join(folder, "none"), speed: 0 }, recorder().gatewayFor).play(never);
  await expect(playing).rejects.toThrow(/^--replay: ENOENT/);
});
