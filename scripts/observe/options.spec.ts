import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.ts";

describe("the options of observe", () => {
  it("are three nodes and a hundred gateways until a Ctrl-C by default", () => {
    expect(parseOptions([])).toEqual({ nodes: 3, gateways: 100, seconds: undefined, prove: false });
  });

  it.each([
    [["--nodes", "0"], /--nodes: '0' is not a number from 1 to 9/],
    [["--nodes", "1", "--prove"], /--nodes: '1' is not a number from 2 to 9/],
    [["--gateways", "many"], /--gateways: 'many'/],
    [["--for", "1e9"], /--for: '1e9'/],
    [["--for", "10", "--prove"], /do not go together/],
    [["--node", "2"], /--node/],
  ])("refuse %j", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
