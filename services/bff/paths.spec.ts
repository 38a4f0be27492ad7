import { expect, test } from "vitest";
import { parametersOf, patternOf, rankOf } from "./paths.ts";
import { restRoutes } from "./routes.ts";

test.each([
  ["/v1/gateways", "/v1/gateways", []],
  ["/v1/gateways:batchCreate", "/v1/gateways\\:batchCreate", []],
  ["/v1/gateways/:gatewayId", "/v1/gateways/:gatewayId", ["gatewayId"]],
  [
    "/v1/gateways/:gatewayId/cameras/:camera:move",
    "/v1/gateways/:gatewayId/cameras/:camera\\:move",
    ["gatewayId", "camera"],
  ],
])("%s is the pattern %s", (path, pattern, parameters) => {
  expect(patternOf(path)).toBe(pattern);
  expect(parametersOf(path)).toEqual(parameters);
});

test("literal text goes before parameters", () => {
  const paths = ["/v1/a/:b", "/v1/a/:b:do", "/v1/a/c", "/v1/:a/c"];
  expect(paths.toSorted((a, b) => (rankOf(a) < rankOf(b) ? -1 : 1))).toEqual([
    "/v1/a/c",
    "/v1/a/:b:do",
    "/v1/a/:b",
    "/v1/:a/c",
  ]);
});

test("one route may have several actions", () => {
  const route = restRoutes().find(({ method, path }) => method === "PATCH" && path.endsWith("/twin/desired"));
  expect(route?.bindings.map(({ action }) => action)).toEqual(["twins.updateDesired", "twins.patchDesired"]);
});
