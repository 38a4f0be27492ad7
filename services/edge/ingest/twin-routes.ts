import type { ErrorData } from "../../../actors/contracts/errors.ts";

/** Who owns the gateways' twins, as far as is known here. */
export type TwinRoutes = {
  readonly ownerOf: (gatewayId: string) => string | undefined;
  /** The data of a NOT_OWNER answer. */
  readonly learn: (data: ErrorData) => void;
  /** Returns the end of the listening. */
  readonly onChange: (listener: () => void) => () => void;
};
