import { parseArgs } from "node:util";
import { dataDirOf, runCommand } from "./installation/command.ts";
import { restore } from "./installation/restore.ts";

const USAGE = "npm run restore -- FILE.tar.gz [--data-dir DIR]";

/** `npm run restore`: puts a backup in the place of an embedded installation that is stopped. */
process.exitCode = await runCommand("restore", USAGE, async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { "data-dir": { type: "string" } },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new Error(`one file is needed: ${USAGE}`);
  const dataDir = dataDirOf(values["data-dir"]);
  await restore({ dataDir, file, print: (line) => console.log(`restore: ${line}`) });
});
