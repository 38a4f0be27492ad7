import { Type } from "typebox";

const GATEWAY_ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$";

export const GatewayId = Type.String({ pattern: GATEWAY_ID_PATTERN, description: "Id of a gateway" });

const pattern = new RegExp(GATEWAY_ID_PATTERN);

export function isGatewayId(text: string): boolean {
  return pattern.test(text);
}
