import { isUpKind, type UpKind } from "../../../actors/contracts/payloads.ts";

/** Where a publish of a gateway goes. `response` is an answer to a command. */
export type Target = UpKind | "response" | "unknown" | "foreign";

export function downTopic(gatewayId: string, name: string): string {
  return `gw/${gatewayId}/down/${name}`;
}

/** What one gateway may publish to and subscribe to. */
export class OwnTopics {
  readonly #root: string;
  readonly #up: string;
  readonly #responses: string;
  readonly #down: string;

  constructor(gatewayId: string) {
    this.#root = `gw/${gatewayId}/`;
    this.#up = `${this.#root}up/`;
    this.#responses = `${this.#root}res/`;
    this.#down = downTopic(gatewayId, "");
  }

  targetOf(topic: string): Target {
    if (topic.startsWith(this.#up)) {
      const kind = topic.slice(this.#up.length);
      return isUpKind(kind) ? kind : "unknown";
    }
    if (topic.startsWith(this.#responses) && topic.length > this.#responses.length) return "response";
    return topic.startsWith(this.#root) ? "unknown" : "foreign";
  }

  /** The part below `down/` when the filter can match nothing else, else null. */
  downFilter(filter: string): string | null {
    const isOwn = filter.startsWith(this.#down) && filter.length > this.#down.length;
    return isOwn ? filter.slice(this.#down.length) : null;
  }
}

export function matchesFilter(filter: string, topic: string): boolean {
  if (filter === "#" || filter === topic) return true;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [at, level] of wanted.entries()) {
    if (level === "#") return true;
    if (at >= levels.length || (level !== "+" && level !== levels[at])) return false;
  }
  return wanted.length === levels.length;
}
