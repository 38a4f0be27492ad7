import { describe, expect, test } from "vitest";
import { type GatewayModel, newGateway } from "./gateway-model.ts";
import type { JsonObject } from "./json.ts";
import type { TwinView } from "./rest-client.ts";
import { judge, unreadable } from "./verdict.ts";

const model: GatewayModel = {
  ...newGateway("b1"),
  connected: true,
  counter: 3,
  ackedCounter: 3,
  reported: { load: 1, counter: 3 },
};

function twinWith(reported: JsonObject, more: Partial<TwinView> = {}): TwinView {
  const desired = { state: {}, version: 2 };
  return { version: 5, desired, reported: { state: reported, version: 3 }, delta: {}, inSync: true, ...more };
}

const verdictOn = (twin: TwinView, of: GatewayModel = model, patchedVersion = 2) =>
  judge({ gatewayId: "g", model: of, patchedVersion }, twin);

describe("verdict", () => {
  test("equal and in sync is converged", () => {
    expect(verdictOn(twinWith({ counter: 3, load: 1 }))).toEqual({
      gatewayId: "g",
      converged: true,
      lost: 0,
      differences: [],
    });
  });

  test("an acknowledged report that is missing is lost", () => {
    const { converged, lost, differences } = verdictOn(twinWith({ load: 0, counter: 1 }));
    expect({ converged, lost }).toEqual({ converged: false, lost: 2 });
    expect(differences.join()).toContain("acknowledged up to 3, stored 1");
  });

  test("a value that differs under the right counter does not converge, but is no lost report", () => {
    const verdict = verdictOn(twinWith({ load: 9, counter: 3 }));
    expect(verdict).toMatchObject({ converged: false, lost: 0 });
    expect(verdict.differences).toEqual(['reported: gateway has {"load":1}, twin has {"load":9}']);
  });

  test("an answered wish that is gone is lost", () => {
    expect(verdictOn(twinWith(model.reported), model, 3)).toMatchObject({ converged: false, lost: 1 });
  });

  test("a delta that stays open does not converge", () => {
    const twin = twinWith(model.reported, { inSync: false, delta: { a: 1 } });
    expect(verdictOn(twin)).toMatchObject({ converged: false, differences: ['not in sync, delta {"a":1}'] });
  });

  test("a gateway that is off, refused or was sent a wrong hash does not converge", () => {
    const tally = { ...model.tally, refused: 1, wrongHashes: 1 };
    const troubled = { ...model, connected: false, tally, lastRefusal: "too large" };
    expect(verdictOn(twinWith(model.reported), troubled).differences).toEqual([
      "not connected",
      "1 refused, last too large",
      "1 desired documents with a wrong hash",
    ]);
  });

  test("without counters a missing effect counts once all is acknowledged", () => {
    const replayed = { ...model, counted: false, reported: { sensors: { t: 2 } } };
    expect(verdictOn(twinWith({ sensors: { t: 1 } }), replayed).lost).toBe(1);
    expect(verdictOn(twinWith({ sensors: { t: 2 } }), replayed).lost).toBe(0);
  });

  test("a twin that cannot be read has not converged", () => {
    const subject = { gatewayId: "g", model, patchedVersion: 0 };
    expect(unreadable(subject, "RATE_LIMITED").differences).toEqual(["twin not readable: RATE_LIMITED"]);
  });
});
