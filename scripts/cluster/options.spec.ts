import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.ts";

describe("the options of the cluster", () => {
  it("are three nodes with all roles by default", () => {
    expect(parseOptions([])).toEqual({ roles: ["all", "all", "all"], bridge: false, data: undefined });
  });

  it("split the roles over nodes", () => {
    const { roles } = parseOptions(["--roles", "edge=2,core,bff+admin=1"]);
    expect(roles).toEqual(["edge", "edge", "core", "bff,admin"]);
  });

  it.each([
    [["--nodes", "0"], /--nodes: '0'/],
    [["--roles", "core=x"], /--roles core: 'x'/],
    [["--nodes", "2", "--roles", "core"], /do not go together/],
    [["--node", "2"], /--node/],
  ])("refuse %j", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
