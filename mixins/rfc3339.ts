/** A time as REST gives it: RFC 3339 in UTC. */
export function rfc3339(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
