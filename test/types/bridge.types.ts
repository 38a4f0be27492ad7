/**
 * Checked by the compiler, never run: each marked line must not compile. If one of them did, the mark itself
 * would be the error.
 */
import { actions, broadcast, type Caller, call, type Emitter, emit, events } from "../../mixins/bridge.ts";

export async function calls(caller: Caller): Promise<unknown> {
  const { principal } = await call(caller, "access.authenticate", { token: "t" });
  const { twins } = await call(caller, "twins.list", { filter: "version > 3" });

  // @ts-expect-error no such action
  await call(caller, "access.authorise", { token: "t" });
  // @ts-expect-error a field that the action does not have
  await call(caller, "access.authenticate", { token: "t", user: "ann" });
  // @ts-expect-error a field of another type
  await call(caller, "access.authenticate", { token: 5 });
  // @ts-expect-error a field is missing
  await call(caller, "access.authenticate", {});
  // @ts-expect-error the params of another action
  await call(caller, "gateways.get", { token: "t" });
  // @ts-expect-error a value that the enumeration does not have
  await call(caller, "twins.get", { gatewayId: "gw-1", view: "HALF" });

  // @ts-expect-error the principal may be null
  principal.name;
  // @ts-expect-error no such role
  principal?.role === "owner";
  // @ts-expect-error a result of another type
  const version: string = twins[0]?.version;
  // @ts-expect-error a field that the result does not have
  twins[0]?.revision;
  return version;
}

export async function hints(emitter: Emitter): Promise<void> {
  await broadcast(emitter, "gateways.credentialsRevoked", { gatewayId: "gw-1" });
  // @ts-expect-error no such event
  await broadcast(emitter, "gateways.credentialsRotated", { gatewayId: "gw-1" });
  // @ts-expect-error a wrong payload
  await broadcast(emitter, "gateways.credentialsRevoked", { gateway: "gw-1" });
  await emit(emitter, "downlink.publish", {
    messages: [{ gatewayId: "gw-1", topic: "delta", payload: "{}" }],
  });
  // @ts-expect-error a wrong payload
  await emit(emitter, "downlink.publish", { messages: [{ gatewayId: "gw-1", topic: "delta" }] });
  // @ts-expect-error a payload that is not complete
  await broadcast(emitter, "downlink.send", { messages: [{ gatewayId: "gw-1", topic: "delta" }] });
}

export const served = [
  actions("access", { authenticate: ({ token }) => ({ principal: { name: token, role: "viewer" } }) }),
  // @ts-expect-error a handler is missing
  actions("access", {}),
  actions("access", {
    authenticate: () => ({ principal: null }),
    // @ts-expect-error no contract declares this action
    forgotten: () => null,
  }),
  // @ts-expect-error no contract declares this service
  actions("acess", { authenticate: () => ({ principal: null }) }),
  // @ts-expect-error the result lacks a field
  actions("access", { authenticate: () => ({}) }),
  // @ts-expect-error the result has a wrong value
  actions("access", { authenticate: async () => ({ principal: { name: "ann", role: "owner" } }) }),
  actions("access", {
    // @ts-expect-error a field that the params do not have
    authenticate: ({ user }) => ({ principal: user }),
  }),
];

export const heard = [
  events({ "gateways.credentialsRevoked": ({ gatewayId }) => void gatewayId.length }),
  // @ts-expect-error no such event
  events({ "gateways.revoked": () => undefined }),
  // @ts-expect-error a field that the payload does not have
  events({ "gateways.credentialsRevoked": ({ gateway }) => void gateway }),
];
