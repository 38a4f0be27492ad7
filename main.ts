import { startApplication } from "./application/application.ts";
import { parseEnvironment } from "./env.ts";

/** A drain that takes longer is given up; what was not acknowledged is sent again by the gateways. */
const STOP_LIMIT_MS = 20_000;

function fail(error: unknown): never {
  process.stderr.write(`gateway-twin: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

try {
  const application = await startApplication(parseEnvironment(process.env), fail);
  const stop = () => {
    setTimeout(() => fail("the stop took too long"), STOP_LIMIT_MS).unref();
    application.stop().then(() => process.exit(0), fail);
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
} catch (error) {
  fail(error);
}
