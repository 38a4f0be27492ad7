/** npm passes a Ctrl-C on although the terminal has sent it to us too: such a pair is one. */
const PAIR_MS = 1000;

export type StopSignals = {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  readonly stop: AbortSignal;
  /** Aborted by a second one, later. */
  readonly force: AbortSignal;
};

export function listenForSignals(): StopSignals {
  const [stop, force] = [new AbortController(), new AbortController()];
  let first: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    first ??= now;
    stop.abort();
    if (now - first > PAIR_MS) force.abort();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  return { stop: stop.signal, force: force.signal };
}
