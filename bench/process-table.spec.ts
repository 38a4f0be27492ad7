import { describe, expect, it } from "vitest";
import { cpuSeconds, parseMachineStat, parseProcessStat } from "./process-table.ts";

describe("parseProcessStat", () => {
  it("adds user and system time", () => {
    const line = "42 (node) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 7 7 20 0 11 0 100 0 0";
    expect(parseProcessStat(line)).toBe(3);
  });

  it("is not misled by brackets and spaces in the command name", () => {
    const line = "42 (a) (b c) S 1 42 42 0 -1 4194304 100 0 0 0 100 100 0 0 20 0 11 0 100 0 0";
    expect(parseProcessStat(line)).toBe(2);
  });
});

describe("parseMachineStat", () => {
  it("leaves out idle, iowait and steal", () => {
    expect(parseMachineStat("cpu  100 200 300 9999 8888 50 50 7777 0 0\ncpu0 1 1 1\n")).toBe(7);
  });
});

describe("cpuSeconds", () => {
  it("reads a live process", () => {
    expect(cpuSeconds([process.pid])).toBeGreaterThan(0);
  });
});
