import type { AnswerMessage } from "../../../actors/contracts/commands.ts";
import type { Edge } from "../../../actors/contracts/edge.ts";
import { type Caller, call } from "../../../mixins/bridge.ts";
import type { SendBatch } from "../ingest/ingest-batcher.ts";

export type SendAnswers = SendBatch<AnswerMessage, null>;

/** After the timeout the batch goes to whoever owns it then: a copy of an answer changes nothing. */
export function answersOver(caller: Caller, edge: Edge, timeout: number): SendAnswers {
  return (owner, messages) => call(caller, "commands.ingest", { edge, messages }, { nodeID: owner, timeout });
}
