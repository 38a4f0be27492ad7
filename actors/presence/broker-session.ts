const PREFIX = "broker:";

/**
 * The id of the connection that a gateway has to an external broker: nobody tells us of it, so each power-on counts
 * as one. Without `boot`: it was heard, but has not said hello.
 */
export function brokerSession(boot = ""): string {
  return PREFIX + boot;
}

/** Such a connection may open again under the same id. */
export function isBrokerSession(sessionId: string): boolean {
  return sessionId.startsWith(PREFIX);
}

/** It stands for whatever connection the gateway has: it is given up as soon as a real one is known. */
export function isAnonymous(sessionId: string): boolean {
  return sessionId === PREFIX;
}
