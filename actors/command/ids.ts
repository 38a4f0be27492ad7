import { createHash } from "node:crypto";

/** Where the gateway's id ends. A digest has no dot. */
const END = ".";
const DIGEST_LENGTH = 16;

/**
 * One request has one command. The id says which gateway's it is; it stands in one level of a topic and in one
 * segment of a path, so that the one character which those do not bear is another one.
 */
export function commandIdOf(gatewayId: string, requestId: string): string {
  const digest = createHash("sha256").update(requestId).digest("base64url").slice(0, DIGEST_LENGTH);
  return `${gatewayId.replaceAll(":", "~")}${END}${digest}`;
}

export function gatewayIdOf(commandId: string): string {
  return commandId.slice(0, commandId.lastIndexOf(END)).replaceAll("~", ":");
}

/** What is kept of an id where the gateway is known. */
export function digestOf(commandId: string): string {
  return commandId.slice(commandId.lastIndexOf(END) + 1);
}
