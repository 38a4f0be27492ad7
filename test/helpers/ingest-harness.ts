import { vi } from "vitest";
import type { ErrorData, ErrorType } from "../../actors/contracts/errors.ts";
import type { UpMessage } from "../../actors/contracts/twins.ts";
import {
  IngestBatcher,
  type IngestOutcome,
  type Submission,
} from "../../services/edge/ingest/ingest-batcher.ts";
import { INGEST_SETTINGS, type IngestSettings } from "../../services/edge/ingest/settings.ts";

export const ok: IngestOutcome = { ok: true, reply: [] };
export const refused = (type: ErrorType): IngestOutcome => ({ ok: false, error: { type, data: {} } });

type Call = { readonly owner: string; readonly messages: readonly UpMessage[] } & PromiseWithResolvers<
  readonly IngestOutcome[]
>;

/** A batcher whose calls the test answers. Needs fake timers. */
export function setUpBatcher(settings: Partial<IngestSettings> = {}) {
  const calls: Call[] = [];
  const settled: string[] = [];
  const retries: string[] = [];
  const learned: ErrorData[] = [];
  /** Per gateway; `*` for the others. */
  const owners = new Map([["*", "one"]]);
  let rooms = 0;
  const batcher = new IngestBatcher({
    settings: { ...INGEST_SETTINGS, ...settings },
    ownerOf: (gatewayId) => owners.get(gatewayId) ?? owners.get("*"),
    learn: (data) => learned.push(data),
    send: (owner, messages) => {
      const call = { owner, messages, ...Promise.withResolvers<readonly IngestOutcome[]>() };
      calls.push(call);
      return call.promise;
    },
    onRetry: (reason) => retries.push(reason),
    onRoom: () => {
      rooms += 1;
    },
  });
  const submit = (gatewayId: string, text: string, link = { isClosed: false }): void => {
    const submission: Submission = {
      message: { gatewayId, kind: "reported", payload: Buffer.from(text) },
      get isDropped() {
        return link.isClosed;
      },
      settle: ({ ok }) => settled.push(ok ? text : `${text} refused`),
    };
    batcher.submit(submission);
  };
  return { batcher, calls, settled, retries, learned, owners, submit, rooms: () => rooms };
}

export const texts = (call: Call | undefined) =>
  call?.messages.map(({ payload }) => Buffer.from(payload).toString()) ?? [];
export const turn = () => vi.advanceTimersByTimeAsync(0);

export async function answer(call: Call | undefined, ...outcomes: IngestOutcome[]): Promise<void> {
  call?.resolve(outcomes.length > 0 ? outcomes : call.messages.map(() => ok));
  await turn();
}
