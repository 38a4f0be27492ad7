/** Preloaded into the fuzzed process, which runs with `--expose-gc`: tells its memory, without what is garbage. */
process.on("SIGUSR2", async () => {
  for (let round = 0; round < 3; round += 1) await globalThis.gc?.({ execution: "async" });
  process.stdout.write(`memory ${JSON.stringify(process.memoryUsage())}\n`);
});
