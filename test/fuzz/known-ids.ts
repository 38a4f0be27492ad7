import type { OpenApiDocument } from "../../services/bff/openapi/types.ts";

const MAX = 50;

/** Ids that answers have told, by the name of the path parameter that takes them; the newest ones. */
export class KnownIds {
  readonly #ids: ReadonlyMap<string, string[]>;

  constructor({ paths }: OpenApiDocument) {
    const names = Object.keys(paths).flatMap((path) =>
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ""),
    );
    this.#ids = new Map(names.map((name) => [name, []]));
  }

  /** Takes every member that has the name of a path parameter; `id` is that of the last one in the path. */
  learn(value: unknown, own: string | undefined): void {
    if (typeof value !== "object" || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (typeof member === "string") this.#add(name === "id" && own !== undefined ? own : name, member);
      else this.learn(member, own);
    }
  }

  forget(id: string): void {
    for (const ids of this.#ids.values()) if (ids.includes(id)) ids.splice(ids.indexOf(id), 1);
  }

  /** Undefined when none is known. */
  at(name: string, place: number): string | undefined {
    const ids = this.#ids.get(name) ?? [];
    return ids[place % Math.max(1, ids.length)];
  }

  #add(name: string, id: string): void {
    const ids = this.#ids.get(name);
    if (!ids || ids.includes(id)) return;
    ids.push(id);
    if (ids.length > MAX) ids.shift();
  }
}
