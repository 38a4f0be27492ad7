import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseEnvironment } from "../../env.ts";

type Service = {
  readonly profiles: readonly string[];
  readonly configs?: readonly { readonly source: string }[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test: readonly string[] };
};

function read(name: string): string {
  return readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
}

type Compose = {
  readonly services: Record<string, Service>;
  readonly configs: Record<string, { content: string }>;
};

/** With nothing set outside. */
const { services, configs }: Compose = parse(read("compose.yaml").replace(/\$\{\w+:-\}/g, '""'), {
  merge: true,
});
const dockerfile = read("Dockerfile");
const known = Object.keys(parseEnvironment({}));
const servers = ["nats", "mariadb", "redis", "mosquitto"];

describe("compose.yaml", () => {
  const ours = services["gateway-twin"];

  const inProfile = (profile: string) =>
    Object.keys(services).filter((name) => services[name]?.profiles.includes(profile));

  it("has our image and the four servers, each with a probe that ours waits for", () => {
    expect(inProfile("core")).toEqual(["gateway-twin", ...servers]);
    expect(Object.keys(ours?.depends_on ?? {})).toEqual(servers);
    expect(servers.filter((name) => !services[name]?.healthcheck?.test.length)).toEqual([]);
  });

  it("gives a node variables that it knows and accepts", () => {
    const variables = ours?.environment ?? {};
    expect(Object.keys(variables).filter((name) => !known.includes(name))).toEqual([]);
    expect(parseEnvironment(variables).DATABASE_URL).toBe(variables.DATABASE_URL);
  });

  it("connects a node to ports that the servers have, and opens those only to this machine", () => {
    const urls = Object.values(ours?.environment ?? {}).filter((value) => value.includes("://"));
    expect(urls).toHaveLength(servers.length);
    for (const url of urls) {
      const { hostname, port } = new URL(url);
      expect(services[hostname]?.ports.join()).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\d+:${port}$`));
    }
  });

  it("gives Prometheus, Grafana and Jaeger files that are there, and addresses of what runs beside them", () => {
    const watchers = inProfile("observability");
    expect(watchers).toEqual(["prometheus", "grafana", "jaeger"]);
    const [volumes, sources] = [
      watchers.flatMap((name) => services[name]?.volumes ?? []),
      watchers.flatMap((name) => services[name]?.configs ?? []).map(({ source }) => source),
    ];
    const files = volumes.flatMap((volume) => (volume.startsWith("./") ? (volume.split(":")[0] ?? "") : []));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(new URL(`../../${file}`, import.meta.url)))).toEqual([]);
    expect(sources.filter((source) => parse(configs[source]?.content ?? "") === null)).toEqual([]);
    const { rule_files, scrape_configs } = parse(configs.prometheus?.content ?? "");
    const mounted = files.map((file) => file.split("/").at(-1));
    expect(mounted).toEqual(expect.arrayContaining(rule_files));
    expect(scrape_configs[0].dns_sd_configs).toMatchObject([{ names: ["gateway-twin"], port: 3000 }]);
  });

  it("opens the ports that a node listens on", () => {
    const { HTTP_PORT, MQTT_PORT } = parseEnvironment({});
    expect(ours?.ports.map((range) => Number(range.split(":").at(-1)))).toEqual([HTTP_PORT, MQTT_PORT]);
    expect(dockerfile).toContain(`EXPOSE ${HTTP_PORT} ${MQTT_PORT}`);
  });
});

describe("the Dockerfile", () => {
  it("starts a node as `npm start` does", () => {
    const [, command = "[]"] = /^CMD (.*)$/m.exec(dockerfile) ?? [];
    expect(JSON.parse(command).join(" ")).toBe(JSON.parse(read("package.json")).scripts.start);
  });

  it("sets variables that a node knows", () => {
    const [, line = ""] = /^ENV (.*)$/m.exec(dockerfile) ?? [];
    const names = line.split(" ").map((pair) => pair.split("=")[0] ?? "");
    expect(names.filter((name) => ![...known, "NODE_ENV"].includes(name))).toEqual([]);
  });
});
