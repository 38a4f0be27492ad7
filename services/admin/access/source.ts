import { isIPv6 } from "node:net";
import type { Source } from "./failure-limit.ts";

/** Where somebody tries from: who has one address of IPv6 has the other 2^64 of its network, too. */
export function addressSource(address: string | undefined): Source[] {
  if (!address) return [];
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const name = mapped ?? (isIPv6(address) ? networkOf(address) : address);
  return [{ by: "address", name }];
}

/** The first four of the eight groups. */
function networkOf(address: string): string {
  const [head = "", tail] = address.toLowerCase().split("::");
  const [first, last] = [groupsOf(head), groupsOf(tail ?? "")];
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - first.length - last.length }, () => "0");
  return [...first, ...zeros, ...last].slice(0, 4).join(":");
}

function groupsOf(text: string): string[] {
  return text === "" ? [] : text.split(":");
}
