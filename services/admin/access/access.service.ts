import type { ServiceSchema } from "moleculer";
import { actions, events } from "../../../mixins/bridge.ts";
import { type BootstrapOptions, bootstrapAdmin } from "./bootstrap.ts";
import { keyActions } from "./key-actions.ts";
import { type AccessOptions, accessParts } from "./parts.ts";
import { passwordCheck } from "./passwords.ts";
import { permissionActions } from "./permission-actions.ts";
import { sessionActions } from "./session-actions.ts";
import { addressSource } from "./source.ts";
import { userActions } from "./user-actions.ts";

/** Who may use the open API, and as what: users and their sessions, API keys, and what each may do. */
export function accessService(options: BootstrapOptions & AccessOptions): ServiceSchema {
  const parts = accessParts(options);
  const { tokens, lastUsed, clock } = parts;
  const passwordOf = passwordCheck(parts);
  return {
    name: "access",
    // One owner of these tables; its actions have the names of the resources.
    settings: { $noServiceNamePrefix: true },
    actions: {
      ...named("access", authentication()),
      ...named("users", userActions(parts, passwordOf)),
      ...named("sessions", sessionActions(parts, passwordOf)),
      ...named("api-keys", keyActions(parts)),
      ...named("permissions", permissionActions(parts)),
    },
    events: events({ "access.revoked": ({ names }) => tokens.forget(names) }),
    started: () => bootstrapAdmin(parts.keys, options),
    stopped: () => lastUsed.settled(),
  };

  function authentication() {
    return actions("access", {
      async authenticate({ token, address }) {
        const known = await tokens.holder(token, addressSource(address));
        if (!known) return { principal: null };
        const { principal, keyId, expireTime } = known.holder;
        if (keyId !== undefined) lastUsed.note(keyId);
        return { principal, freshMs: Math.min(known.freshUntil, expireTime) - clock() };
      },
    });
  }
}

function named(resource: string, its: ReturnType<typeof actions>): ReturnType<typeof actions> {
  return Object.fromEntries(Object.entries(its).map(([name, action]) => [`${resource}.${name}`, action]));
}
