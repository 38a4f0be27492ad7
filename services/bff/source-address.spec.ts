import { expect, test } from "vitest";
import { sourceAddressOf } from "./source-address.ts";

const from = (remoteAddress: string, forwarded?: string) => ({
  socket: { remoteAddress },
  headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
});

test.each([
  ["the socket's, whatever anybody writes", from("192.0.2.1", "203.0.113.7"), 0, "192.0.2.1"],
  ["in the usual form, also where IPv4 comes over IPv6", from("::ffff:192.0.2.1"), 0, "192.0.2.1"],
  ["the one that our proxy was called from", from("192.0.2.1", "6.6.6.6, 203.0.113.7"), 1, "203.0.113.7"],
  ["that of the outer one of two", from("192.0.2.1", "6.6.6.6, 203.0.113.7, 192.0.2.9"), 2, "203.0.113.7"],
  ["the socket's when a proxy was left out", from("192.0.2.1"), 1, "192.0.2.1"],
  [
    "the socket's when fewer proxies have written than there are",
    from("192.0.2.1", "6.6.6.6"),
    2,
    "192.0.2.1",
  ],
  ["the socket's when what is there is no address", from("192.0.2.1", "<script>"), 1, "192.0.2.1"],
])("it is %s", (_, request, trustedProxies, address) => {
  expect(sourceAddressOf(request, trustedProxies)).toBe(address);
});
