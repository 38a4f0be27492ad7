import type { Log } from "../actors/runtime/ports.ts";
import type { Environment } from "../env.ts";
import type { Counters } from "../mixins/counters.ts";
import { Certificates } from "../mixins/tls-certificates.ts";

type Tools = { readonly log: Log; readonly counters: Counters };

/** Of a listener; undefined when it is to speak no TLS. Throws one line that names the variable. */
export function certificates(
  env: Environment,
  listener: "http" | "mqtt",
  tools: Tools,
): Certificates | undefined {
  const tls = listener === "http" ? "HTTP_TLS" : "MQTT_TLS";
  const file = <Part extends "CERT" | "KEY" | "CA">(part: Part) => {
    const variable = `${tls}_${part}` as const;
    return { variable, path: env[variable] };
  };
  const [cert, key, ca] = [file("CERT"), file("KEY"), file("CA")];
  if (cert.path === "") return undefined;
  return new Certificates({ ...tools, listener, files: { cert, key, ...(ca.path !== "" && { ca }) } });
}
