import { parseArgs } from "node:util";

export const USAGE = `npm run cluster -- [options]
  --nodes N        how many nodes, each with all roles (3)
  --roles LIST     nodes by what they run instead, such as edge=2,core=2,bff+admin+job=1
  --bridge         a private Mosquitto too, and the bridge to it
  --data DIR       keep the data there (else it is removed at the end)`;

export type ClusterOptions = {
  /** The ROLES of each node. */
  readonly roles: readonly string[];
  readonly bridge: boolean;
  readonly data: string | undefined;
};

/** Throws an error whose message is one line. */
export function parseOptions(args: readonly string[]): ClusterOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nodes: { type: "string" },
      roles: { type: "string" },
      bridge: { type: "boolean", default: false },
      data: { type: "string" },
    },
  });
  if (values.nodes !== undefined && values.roles !== undefined)
    throw new Error("--nodes and --roles do not go together: --roles says how many nodes there are");
  const roles =
    values.roles === undefined ? times("--nodes", values.nodes ?? "3", "all") : splitRoles(values.roles);
  return { roles, bridge: values.bridge, data: values.data };
}

function splitRoles(list: string): string[] {
  return list.split(",").flatMap((entry) => {
    const [names = "", count = "1"] = entry.split("=");
    return times(`--roles ${names}`, count, names.replaceAll("+", ","));
  });
}

function times(option: string, count: string, roles: string): string[] {
  if (!/^[1-9]\d?$/.test(count)) throw new Error(`${option}: '${count}' is not a number from 1 to 99`);
  return Array.from({ length: Number(count) }, () => roles);
}
