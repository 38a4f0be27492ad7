import { readFileSync } from "node:fs";
import { Deployment, type IDeployment } from "kubernetes-models/apps/v1/Deployment";
import { type IStatefulSet, StatefulSet } from "kubernetes-models/apps/v1/StatefulSet";
import { type INetworkPolicy, NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import type { IContainer } from "kubernetes-models/v1/Container";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "./kubernetes-schema.ts";
import { render } from "./kustomize.ts";

type Labels = Readonly<Record<string, string>>;
/** Pods of a workload. */
export type Pods = {
  readonly name: string;
  readonly labels: Labels;
  readonly replicas: number | undefined;
  readonly spec: IPodSpec;
};
type Selector = { readonly matchLabels?: Labels };

const NODE = { "app.kubernetes.io/name": "gateway-twin" };

export function parseYaml(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document): KubernetesObject => document.toJS());
}

export function readYaml(path: string): KubernetesObject[] {
  return parseYaml(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"));
}

/** Those that the guard of a model knows. */
export function only<Model>(objects: readonly unknown[], is: (value: unknown) => value is Model): Model[] {
  return objects.flatMap((object) => (is(object) ? [object] : []));
}

/** What an overlay consists of. */
export class Manifests {
  readonly objects: readonly KubernetesObject[];

  constructor(overlay: "dev" | "prod") {
    this.objects = parseYaml(render(`k8s/overlays/${overlay}`));
  }

  of<Model>(is: (value: unknown) => value is Model): Model[] {
    return only(this.objects, is);
  }

  get pods(): Pods[] {
    const workloads: (IDeployment | IStatefulSet)[] = [...this.of(Deployment.is), ...this.of(StatefulSet.is)];
    return workloads.map(({ metadata, spec }) => {
      const template = spec?.template;
      if (!template?.spec) throw new Error(`${metadata?.name} has no pods`);
      return {
        name: metadata?.name ?? "",
        labels: template.metadata?.labels ?? {},
        replicas: spec?.replicas,
        spec: template.spec,
      };
    });
  }

  get nodes(): Pods[] {
    return this.pods.filter(({ labels }) => matches({ matchLabels: NODE }, labels));
  }

  selected(selector: Selector | undefined): Pods[] {
    return this.pods.filter(({ labels }) => matches(selector, labels));
  }

  /** May these pods be reached by, or (egress) reach, somebody who is such a pod (or, without one, anybody) there? */
  allows(way: "ingress" | "egress", pods: Pods, port: number, peer?: Pods): boolean {
    return this.of(NetworkPolicy.is)
      .filter(({ spec }) => matches(spec?.podSelector, pods.labels))
      .flatMap((policy) => rulesOf(policy, way))
      .some(({ peers, ports }) => {
        const target = way === "ingress" ? pods : peer;
        const isOpen = !ports || ports.some((each) => each.port === port || isNamed(target, each.port, port));
        return isOpen && (!peers || peers.some((each) => isPeer(each, peer)));
      });
  }
}

type Peer = { readonly podSelector?: Selector; readonly ipBlock?: unknown };

function rulesOf({ spec }: INetworkPolicy, way: "ingress" | "egress") {
  return way === "ingress"
    ? (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
    : (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
}

/** A peer without a pod selector is a whole namespace or network. */
function isPeer({ podSelector, ipBlock }: Peer, peer: Pods | undefined): boolean {
  if (!podSelector) return peer === undefined || !ipBlock;
  return peer !== undefined && matches(podSelector, peer.labels);
}

function matches(selector: Selector | undefined, labels: Labels): boolean {
  return Object.entries(selector?.matchLabels ?? {}).every(([name, value]) => labels[name] === value);
}

function isNamed(pods: Pods | undefined, name: string | number | undefined, port: number): boolean {
  return portsOf(pods).some((each) => each.name === name && each.containerPort === port);
}

export function portsOf(pods: Pods | undefined) {
  return pods?.spec.containers.flatMap(({ ports = [] }) => ports) ?? [];
}

/** The variables of a container; those of secrets with the value that `secrets` has for the key. */
export function variablesOf(container: IContainer, maps: Labels, secrets: Labels): Record<string, string> {
  const own = (container.env ?? []).map(({ name, value, valueFrom }): [string, string] => {
    const key = valueFrom?.secretKeyRef?.key;
    const known = key === undefined ? value : secrets[key];
    if (known === undefined && !valueFrom?.fieldRef) throw new Error(`no value for ${name}`);
    return [name, known ?? "pod-1"];
  });
  return { ...(container.envFrom ? maps : {}), ...Object.fromEntries(own) };
}

/** Which keys of which secrets the containers get as variables. */
export function secretsOf({ containers }: IPodSpec): { name: string; key: string }[] {
  const variables = containers.flatMap(({ env = [] }) => env);
  return variables.flatMap(({ valueFrom }) => {
    const { name = "", key } = valueFrom?.secretKeyRef ?? {};
    return key === undefined ? [] : [{ name, key }];
  });
}
