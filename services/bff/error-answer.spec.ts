import { describe, expect, test } from "vitest";
import { DomainError, ERRORS, type ErrorType } from "../../actors/contracts/errors.ts";
import { errorAnswer } from "./error-answer.ts";
import { domainErrorOf } from "./errors.ts";

const bodyOf = (error: DomainError) => JSON.parse(errorAnswer(error, "r-1").body);

test("an error is in the form of AIP-193", () => {
  expect(bodyOf(new DomainError("GATEWAY_NOT_FOUND", { gatewayId: "gw-9" }))).toEqual({
    error: {
      code: 404,
      status: "NOT_FOUND",
      message: "Gateway 'gw-9' does not exist.",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason: "GATEWAY_NOT_FOUND",
          domain: "gateway-twin",
          metadata: { gatewayId: "gw-9", errorCode: "4040001" },
        },
      ],
      requestId: "r-1",
    },
  });
});

test("bad fields are named", () => {
  const fieldViolations = [{ field: "labels", description: "is unknown" }];
  const { error } = bodyOf(new DomainError("INVALID_ARGUMENT", { problem: "x" }, fieldViolations));
  expect(error.details[1]).toEqual({ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations });
});

test("limits say when to try again", () => {
  const limited = errorAnswer(new DomainError("RATE_LIMITED", { limit: 1, retryAfterSeconds: 7 }), "r-1");
  expect(limited.headers["Retry-After"]).toBe("7");
  expect(limited.body).toContain('"retryDelay":"7s"');
  expect(errorAnswer(new DomainError("OVERLOADED"), "r-1").headers["Retry-After"]).toBe("1");
  expect(
    errorAnswer(new DomainError("DEADLINE_EXCEEDED", { seconds: 10 }), "r-1").headers,
  ).not.toHaveProperty("Retry-After");
});

describe("every error of the table", () => {
  test.each(Object.keys(ERRORS) as ErrorType[])("%s has a status name", (type) => {
    const { error } = bodyOf(new DomainError(type));
    expect(error.status).toMatch(/^(?!UNKNOWN)[A-Z_]+$/);
    expect(error.code).toBe(ERRORS[type].code);
  });
});

describe("errors around a call", () => {
  const withType = (type: string) => Object.assign(new Error("x"), { type, data: { action: "twins.get" } });
  test.each([
    [withType("REQUEST_TIMEOUT"), "DEADLINE_EXCEEDED"],
    [withType("QUEUE_FULL"), "OVERLOADED"],
    [withType("SERVICE_NOT_FOUND"), "SERVICE_UNAVAILABLE"],
    [withType("REQUEST_REJECTED"), "SERVICE_UNAVAILABLE"],
    [withType("UNABLE_DECODE_PARAM"), "INVALID_ARGUMENT"],
    [Object.assign(new Error("x"), { name: "SequelizeTimeoutError" }), "STORE_UNAVAILABLE"],
    [Object.assign(new Error("x"), { name: "SequelizeConnectionRefusedError" }), "STORE_UNAVAILABLE"],
    [
      Object.assign(new Error("x"), { original: Object.assign(new Error("full"), { code: "SQLITE_FULL" }) }),
      "STORE_UNAVAILABLE",
    ],
    // As it comes from another node.
    [Object.assign(new Error("x"), { data: { driverCode: "ECONNRESET" } }), "STORE_UNAVAILABLE"],
    [new Error("secret"), undefined],
    ["thrown", undefined],
  ])("%s", (error, type) => expect(domainErrorOf(error, 10_000)?.type).toBe(type));
});
