import type { ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import { actions } from "../../mixins/bridge.ts";
import { apiKeys } from "./api-keys.ts";
import { type BootstrapOptions, bootstrapAdmin } from "./bootstrap.ts";
import { tokenCheck } from "./token-check.ts";

/** Who may use the open API, and as what. */
export function accessService(options: BootstrapOptions & { readonly sequelize: Sequelize }): ServiceSchema {
  const keys = apiKeys(options.sequelize);
  const keyOf = tokenCheck(keys, options.clock);
  return {
    name: "access",
    actions: actions("access", {
      async authenticate({ token }) {
        const key = await keyOf(token);
        return { principal: key ? { name: key.displayName, role: key.role } : null };
      },
    }),
    started: () => bootstrapAdmin(keys, options),
  };
}
