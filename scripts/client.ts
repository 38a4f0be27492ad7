import { writeFileSync } from "node:fs";
import { CLIENT_CODE, clientCode } from "./client/code.ts";

/** `npm run client`: makes the typed client follow the contracts. */
writeFileSync(CLIENT_CODE, clientCode());
