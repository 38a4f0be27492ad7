import type { JournalEvent } from "../../actors/contracts/journal.ts";
import type { View } from "./watcher.ts";

/**
 * The changes of one twin, of which the client has got a version already: the journal may still be behind it. Until
 * it has caught up that version is a part of the ids (`<place>.<version>`).
 */
export class TwinView implements View {
  readonly #gatewayId: string;
  #version: number;

  constructor(gatewayId: string, version: number) {
    this.#gatewayId = gatewayId;
    this.#version = version;
  }

  readonly accepts = ({ gatewayId, type, data }: JournalEvent): boolean => {
    if (gatewayId !== this.#gatewayId || !type.startsWith("twin.")) return false;
    if (typeof data.version === "number" && data.version <= this.#version) return false;
    this.#version = 0;
    return true;
  };

  readonly idOf = (seq: number): string => (this.#version > 0 ? `${seq}.${this.#version}` : String(seq));
}
