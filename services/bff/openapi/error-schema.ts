import { Type } from "typebox";
import { ERRORS, type ErrorType } from "../../../actors/contracts/errors.ts";

const closed = { additionalProperties: false } as const;
const TYPE = "type.googleapis.com/google.rpc";

const ErrorInfo = Type.Object(
  {
    "@type": Type.Literal(`${TYPE}.ErrorInfo`),
    reason: Type.Enum(Object.keys(ERRORS) as ErrorType[]),
    domain: Type.Literal("gateway-twin"),
    metadata: Type.Object(
      { errorCode: Type.String({ pattern: "^\\d{7}$", description: "HTTP status and a four-digit detail" }) },
      { additionalProperties: Type.String() },
    ),
  },
  { ...closed, title: "ErrorInfo" },
);

const BadRequest = Type.Object(
  {
    "@type": Type.Literal(`${TYPE}.BadRequest`),
    fieldViolations: Type.Array(Type.Object({ field: Type.String(), description: Type.String() }, closed)),
  },
  { ...closed, title: "BadRequest" },
);

const RetryInfo = Type.Object(
  { "@type": Type.Literal(`${TYPE}.RetryInfo`), retryDelay: Type.String({ pattern: "^\\d+(\\.\\d+)?s$" }) },
  { ...closed, title: "RetryInfo" },
);

/** The body of every answer of 400 and above (AIP-193). */
export const ErrorBody = Type.Object(
  {
    error: Type.Object(
      {
        code: Type.Integer({ description: "HTTP status" }),
        status: Type.String({ description: "Name of google.rpc.Code" }),
        message: Type.String({ description: "For people; branch on the reason of the ErrorInfo" }),
        details: Type.Array(Type.Union([ErrorInfo, BadRequest, RetryInfo])),
        requestId: Type.String(),
      },
      closed,
    ),
  },
  { ...closed, title: "Error" },
);
