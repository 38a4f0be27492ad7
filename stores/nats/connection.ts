import { type ConnectionOptions, connect, Events, type NatsConnection } from "nats";
import type { Log } from "../../actors/runtime/ports.ts";
import { untilDone } from "../../actors/runtime/until-done.ts";

const FIRST_CONNECT_MS = 10_000;
const RECONNECT_MS = 100;
/** Two unanswered pings end a connection that TCP still believes in. */
const PING_MS = 2000;

/**
 * A connection that comes back by itself for ever, once the first attempt has succeeded: that one rejects after
 * 10 s with one line that names NATS_URL.
 */
export async function connectNats(
  url: string,
  { name, log }: { readonly name: string; readonly log: Log },
): Promise<NatsConnection> {
  const options = optionsOf(url, name);
  let problem: unknown;
  const onError = (error: unknown) => {
    problem = error;
  };
  // Pauses keep no process running, and at a start nothing else does: it would end without a word.
  const awake = setInterval(() => undefined, FIRST_CONNECT_MS);
  try {
    const signal = AbortSignal.timeout(FIRST_CONNECT_MS);
    const connection = await untilDone(() => connect(options), onError, signal);
    void logStatus(connection, log);
    return connection;
  } catch {
    throw new Error(`NATS_URL: no server answers at '${options.servers}': ${String(problem)}`);
  } finally {
    clearInterval(awake);
  }
}

function optionsOf(url: string, name: string): ConnectionOptions & { readonly servers: string } {
  const { host, username, password } = parsed(url);
  return {
    servers: host,
    ...(username !== "" && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    name,
    timeout: 2000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    reconnectJitter: RECONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
  };
}

function parsed(url: string): URL {
  const found = URL.parse(url);
  if (found?.protocol === "nats:" && found.host !== "") return found;
  throw new Error("NATS_URL: not of the form nats://user:password@host:port");
}

async function logStatus(connection: NatsConnection, log: Log): Promise<void> {
  for await (const { type, data } of connection.status()) {
    if (type === Events.Disconnect) log.warn("the connection to NATS is lost");
    else if (type === Events.Reconnect) log.info("connected to NATS again");
    else if (type === Events.Error) log.error("NATS reports an error", { error: data });
  }
}
