/** What a node can be, and the services each role consists of. */
export const ROLE_SERVICES = {
  edge: ["mqtt-front", "mqtt-bridge"],
  core: ["gateways", "twins", "presence", "config", "config-profiles", "commands", "cameras", "artifacts"],
  bff: ["api", "overview"],
  admin: ["access", "audit", "cluster", "cluster-metrics"],
  job: ["dead-letters", "journal"],
  task: [],
} as const;

type RoleName = keyof typeof ROLE_SERVICES;
export type ServiceName = (typeof ROLE_SERVICES)[RoleName][number];

const SERVICES: readonly string[] = Object.values(ROLE_SERVICES).flat();

export function parseRoles(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

export function isRoleOrService(name: string): boolean {
  return name === "all" || Object.hasOwn(ROLE_SERVICES, name) || SERVICES.includes(name);
}

/** Does a node with these roles (or single services) run the service? */
export function runsService(roles: readonly string[], service: ServiceName): boolean {
  return roles.some((name) => name === "all" || name === service || servicesOf(name).includes(service));
}

function servicesOf(role: string): readonly string[] {
  return Object.hasOwn(ROLE_SERVICES, role) ? ROLE_SERVICES[role as RoleName] : [];
}
