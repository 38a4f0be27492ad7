import { startApplication } from "../../application/application.ts";
import { parseEnvironment } from "../../env.ts";
import { freePort } from "../../scripts/servers/free-port.ts";
import { temporaryDirectory } from "./actor-harness.ts";

export const TOKEN = "test-admin-token-0123456789abcdef";

/** The whole product on the embedded drivers, in this process, without a front. */
export async function startWhole(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const directory = await temporaryDirectory();
  const port = String(await freePort("127.0.0.1"));
  const variables = {
    HTTP_PORT: port,
    MQTT_PORT: "",
    DATA_DIR: directory.path,
    ADMIN_TOKEN: TOKEN,
    LOG_LEVEL: "fatal",
  };
  const application = await startApplication(parseEnvironment(variables), (reason) => {
    throw new Error(reason);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      await application.stop();
      await directory.remove();
    },
  };
}
