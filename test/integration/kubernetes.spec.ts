import { readFileSync } from "node:fs";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Secret } from "kubernetes-models/v1/Secret";
import { Service } from "kubernetes-models/v1/Service";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseEnvironment } from "../../env.ts";
import { ROLE_SERVICES, runsService } from "../../services/roles.ts";
import { type KubernetesObject, pathsOf, problemsOf } from "../helpers/kubernetes-schema.ts";
import { render } from "../helpers/kustomize.ts";
import {
  Manifests,
  only,
  type Pods,
  parseYaml,
  portsOf,
  readYaml,
  secretsOf,
  variablesOf,
} from "../helpers/manifests.ts";

const OVERLAYS = ["dev", "prod"] as const;
const overlays = { dev: new Manifests("dev"), prod: new Manifests("prod") };
const { dev, prod } = overlays;

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const examples = only(readYaml("k8s/overlays/prod/secret.example.yaml"), Secret.is);
const exampleValues: Record<string, string> = Object.assign(
  {},
  ...examples.map(({ stringData }) => stringData),
);

/** Whose keys anybody may choose. */
const MAPS = ["labels", "annotations", "matchLabels", "selector", "data", "requests", "limits"];

/** All objects that differ in the name of one field. */
function misspelt(object: KubernetesObject): { readonly path: string; readonly object: KubernetesObject }[] {
  const isField = (path: string[]) => !/^(\d+|apiVersion|kind)$/.test(path.at(-1) ?? "");
  const isFixed = (path: string[]) => isField(path) && !MAPS.includes(path.at(-2) ?? "");
  return pathsOf(object)
    .filter(isFixed)
    .map((path) => ({ path: path.join("/"), object: renamed(object, path) }));
}

function renamed(object: KubernetesObject, path: readonly string[]): KubernetesObject {
  const copy = structuredClone(object);
  const last = path.at(-1) ?? "";
  const parent = path.slice(0, -1).reduce<object>((value, key) => Reflect.get(value, key), copy);
  Reflect.set(parent, `${last}X`, Reflect.get(parent, last));
  Reflect.deleteProperty(parent, last);
  return copy;
}

type Flow = { readonly from: Pods | undefined; readonly to: Pods | undefined; readonly port: number };

/** Who must reach whom: nodes the servers of their secrets (in production outside), and Prometheus the nodes. */
function flowsOf(manifests: Manifests, hasServers: boolean): Flow[] {
  const prometheus = manifests.pods.find(({ name }) => name === "prometheus");
  return manifests.nodes.flatMap((node) => [
    { from: prometheus, to: node, port: 3000 },
    ...urlsOf(node).map(({ hostname, port }) => {
      const to = manifests.pods.find(({ name }) => hasServers && hostname.startsWith(`${name}.`));
      return { from: node, to, port: portsOf(to)[0]?.containerPort ?? Number(port) };
    }),
  ]);
}

function urlsOf({ spec }: Pods): URL[] {
  const keys = secretsOf(spec).map(({ key }) => key);
  return keys.filter((key) => key.endsWith("_URL")).map((key) => new URL(exampleValues[key] ?? ""));
}

function isBlocked(manifests: Manifests, { from, to, port }: Flow): boolean {
  const mayLeave = from !== undefined && manifests.allows("egress", from, port, to);
  return !mayLeave || (to !== undefined && !manifests.allows("ingress", to, port, from));
}

describe.each(["overlays/dev", "overlays/prod", "logging"])("k8s/%s", (folder) => {
  const text = render(`k8s/${folder}`);

  it("has objects that Kubernetes knows, without fields that it does not", async () => {
    for (const object of parseYaml(text)) expect(await problemsOf(object), object.metadata.name).toEqual([]);
  });
});

describe.each(OVERLAYS)("the nodes of k8s/overlays/%s", (name) => {
  const manifests = overlays[name];

  it("runs every service, on nodes that accept their variables", () => {
    const settings = Object.assign(
      {},
      ...manifests
        .of(ConfigMap.is)
        .flatMap(({ metadata, data }) => (metadata?.name?.startsWith("settings") ? [data] : [])),
    );
    const environments = manifests.nodes.map(({ spec }) => {
      const [container] = spec.containers;
      const variables = container ? variablesOf(container, settings, exampleValues) : {};
      const parsed = parseEnvironment(variables);
      expect(Object.keys(variables).filter((each) => !(each in parsed))).toEqual([]);
      expect(variables.NODE_ID).toBe("pod-1");
      return parsed;
    });
    const services = Object.values(ROLE_SERVICES).flat();
    const idle = services.filter((each) => !environments.some(({ ROLES }) => runsService(ROLES, each)));
    expect(idle).toEqual([]);
  });

  it("selects pods and ports that exist", () => {
    for (const { metadata, spec } of manifests.of(Service.is)) {
      const pods = manifests.selected({ matchLabels: spec?.selector ?? {} });
      expect(pods, metadata?.name).not.toEqual([]);
      const ports = pods.map((each) => portsOf(each).map((port) => port.name));
      for (const { targetPort } of spec?.ports ?? [])
        expect(ports.filter((names) => !names.some((each) => each === targetPort))).toEqual([]);
    }
    const selectors = [
      ...manifests.of(PodDisruptionBudget.is).map(({ spec }) => spec?.selector),
      ...manifests.of(NetworkPolicy.is).map(({ spec }) => spec?.podSelector),
    ];
    for (const selector of selectors)
      expect(manifests.selected(selector), JSON.stringify(selector)).not.toEqual([]);
  });

  it("keeps every container small, and without rights", () => {
    for (const { name: workload, spec } of manifests.pods) {
      expect(spec.securityContext, workload).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      for (const { securityContext, resources, readinessProbe, livenessProbe } of spec.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        expect(resources).toMatchObject({
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { memory: expect.any(String) },
        });
        expect(readinessProbe && livenessProbe, workload).toBeDefined();
      }
    }
  });

  it("asks each node three different questions, and gives it time to hand over", () => {
    const [, limit = ""] = /STOP_LIMIT_MS = ([\d_]+)/.exec(read("main.ts")) ?? [];
    const drainSeconds = Number(limit.replaceAll("_", "")) / 1000;
    for (const { spec } of manifests.nodes) {
      const [node] = spec.containers;
      const probes = [node?.startupProbe, node?.readinessProbe, node?.livenessProbe];
      expect(probes.map((probe) => probe?.httpGet?.path)).toEqual(["/healthz", "/readyz", "/livez"]);
      const preStop = node?.lifecycle?.preStop?.sleep?.seconds ?? 0;
      expect(preStop).toBeGreaterThan(0);
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(preStop + drainSeconds);
    }
  });

  it("lets nodes reach their servers, and Prometheus the nodes", () => {
    const flows = flowsOf(manifests, name === "dev");
    expect(flows.length).toBeGreaterThan(4 * manifests.nodes.length);
    expect(flows.filter((flow) => isBlocked(manifests, flow))).toEqual([]);
  });

  it("opens nothing else: MQTT to all, REST to callers", () => {
    const open = (port: number) =>
      manifests.nodes.filter((each) => manifests.allows("ingress", each, port)).map((each) => each.name);
    const [edge] = manifests.nodes.filter((each) => each.name === "edge");
    const mqtt = portsOf(edge).find((port) => port.name === "mqtt")?.containerPort ?? 0;
    expect(open(mqtt)).toEqual(["edge"]);
    expect(open(3000)).toEqual(["bff"]);
    const denied = manifests.of(NetworkPolicy.is).find(({ metadata }) => metadata?.name === "default-deny");
    expect(denied?.spec).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  });
});

describe("the check of fields", () => {
  it("sees each single field that is misspelt", async () => {
    const unseen: string[] = [];
    for (const { path, object } of prod.objects.flatMap(misspelt))
      if ((await problemsOf(object)).length === 0) unseen.push(`${object.kind} ${path}`);
    expect(unseen).toEqual([]);
  });
});

describe("in production", () => {
  it("says of each secret what is to be in it", () => {
    const keys = new Map(
      examples.map(({ metadata, stringData = {} }) => [metadata?.name, Object.keys(stringData)]),
    );
    for (const { spec } of prod.nodes) {
      for (const { name, key } of secretsOf(spec)) expect(keys.get(name)).toContain(key);
      const mounted = spec.volumes?.flatMap(({ secret }) => (secret ? [secret.secretName] : []));
      expect(mounted?.filter((name) => !keys.has(name))).toEqual([]);
    }
    const made = dev.of(Secret.is).find(({ metadata }) => metadata?.name?.startsWith("gateway-twin"));
    expect(Object.keys(made?.data ?? {}).sort()).toEqual(keys.get("gateway-twin")?.sort());
  });

  it("has two of everything, of which one may go", () => {
    const autoscalers = new Map(
      prod
        .of(HorizontalPodAutoscaler.is)
        .map(({ spec }) => [spec?.scaleTargetRef.name, spec?.minReplicas ?? 1]),
    );
    for (const { name, labels, replicas } of prod.nodes) {
      expect(autoscalers.get(name) ?? replicas, name).toBeGreaterThanOrEqual(2);
      const budget = prod.of(PodDisruptionBudget.is).find(({ metadata }) => metadata?.name === name);
      expect(budget?.spec).toMatchObject({ maxUnavailable: 1, selector: { matchLabels: labels } });
    }
  });

  it("scales by metrics that the adapter has from nodes", () => {
    const { rules }: { rules: { seriesQuery: string }[] } = parse(
      read("k8s/overlays/prod/prometheus-adapter.yaml"),
    );
    const provided = rules.map(({ seriesQuery }) => seriesQuery.split("{")[0]);
    const wanted = prod
      .of(HorizontalPodAutoscaler.is)
      .flatMap(({ spec }) => spec?.metrics ?? [])
      .flatMap(({ pods }) => (pods ? [pods.metric.name] : []));
    expect(wanted).toEqual(provided);
    for (const name of wanted) expect(read("docs/metrics.md")).toContain(`\`${name}\``);
  });
});
