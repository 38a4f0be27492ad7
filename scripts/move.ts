import { parseArgs } from "node:util";
import { dataDirOf, runCommand } from "./installation/command.ts";
import { move } from "./installation/move.ts";

const USAGE = "npm run move -- --to mysql://user:password@host:port/database [--data-dir DIR]";

/** `npm run move`: brings an embedded installation that is stopped into a MySQL or MariaDB database. */
process.exitCode = await runCommand("move", USAGE, async () => {
  const { values } = parseArgs({ options: { to: { type: "string" }, "data-dir": { type: "string" } } });
  const { to } = values;
  if (to === undefined) throw new Error(`--to is needed: ${USAGE}`);
  const dataDir = dataDirOf(values["data-dir"]);
  await move({ dataDir, to, print: (line) => console.log(`move: ${line}`) });
});
