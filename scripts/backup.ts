import { parseArgs } from "node:util";
import { backup } from "./installation/backup.ts";
import { dataDirOf, runCommand } from "./installation/command.ts";

const USAGE = "npm run backup -- FILE.tar.gz [--data-dir DIR] [--force]";

/** `npm run backup`: an archive of the embedded installation, which may run meanwhile. */
process.exitCode = await runCommand("backup", USAGE, async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { "data-dir": { type: "string" }, force: { type: "boolean", default: false } },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new Error(`one file is needed: ${USAGE}`);
  const dataDir = dataDirOf(values["data-dir"]);
  await backup({ dataDir, file, force: values.force, print: (line) => console.log(`backup: ${line}`) });
});
