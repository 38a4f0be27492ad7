import { readFileSync } from "node:fs";

/** The kernel's unit in /proc: 1/100 s on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

/** User + system time of all threads; the command name may hold spaces and brackets, so count from its end. */
export function parseProcessStat(text: string): number {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Busy time of the whole machine: user, nice, system, irq, softirq (idle, iowait and steal are not work of ours). */
export function parseMachineStat(text: string): number {
  const [user, nice, system, , , irq, softirq] = text
    .slice(0, text.indexOf("\n"))
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const busy = [user, nice, system, irq, softirq].map((ticks) => ticks ?? 0);
  return busy.reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND;
}

export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + parseProcessStat(readFileSync(`/proc/${pid}/stat`, "latin1")), 0);
}

export function machineCpuSeconds(): number {
  return parseMachineStat(readFileSync("/proc/stat", "latin1"));
}
