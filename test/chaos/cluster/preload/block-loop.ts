/** Loaded into a node by a chaos test: a SIGUSR2 blocks its event loop for 5 s, as a bug in a handler would. */
const BLOCK_MS = 5000;

process.on("SIGUSR2", () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCK_MS);
});
