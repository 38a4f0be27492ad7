import type { CommandView } from "../../../actors/command/contract.ts";
import { type BatchResult, DEFAULT_TIMEOUT_SECONDS } from "../../../actors/contracts/commands.ts";
import type { Params } from "../../../actors/contracts/contract.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import { failureOfThrown } from "../../../mixins/call-failure.ts";
import { commandResource } from "./resource.ts";

const DEFAULT_IN_PROGRESS = 50;
/** Of all results together, as JSON: one reply between nodes carries them. */
const MAX_REPLY_BYTES = 512 * 1024;

type Run = (gatewayId: string, timeoutMs: number) => Promise<CommandView>;

/** So many at a time, all within one deadline; what became of each, in order. */
export async function runBatch(params: Params<"commands.batch">, run: Run): Promise<BatchResult[]> {
  const {
    gatewayIds,
    timeoutSeconds = DEFAULT_TIMEOUT_SECONDS,
    maxInProgress = DEFAULT_IN_PROGRESS,
  } = params;
  const end = performance.now() + 1000 * timeoutSeconds;
  const results: BatchResult[] = [];
  const queue = gatewayIds.entries();
  const work = async () => {
    for (const [index, gatewayId] of queue) results[index] = await resultOf(gatewayId, end, run);
  };
  await Promise.all(Array.from({ length: Math.min(maxInProgress, gatewayIds.length) }, work));
  return withinReply(results);
}

async function resultOf(gatewayId: string, end: number, run: Run): Promise<BatchResult> {
  try {
    const leftMs = Math.floor(end - performance.now());
    if (leftMs <= 0) throw new DomainError("COMMAND_NOT_BEGUN", { gatewayId });
    return { gatewayId, command: commandResource(await run(gatewayId, leftMs)) };
  } catch (error) {
    const { type: reason, message } = domainErrorOf(error);
    return { gatewayId, error: { reason, message } };
  }
}

/** What one gateway's command could not be done for must not take the others' results away. */
function domainErrorOf(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (failureOfThrown(error)) return new DomainError("SERVICE_UNAVAILABLE", { service: "commands" });
  throw error;
}

/** Results that are too much are left out; each can be read with its command. */
function withinReply(results: readonly BatchResult[]): BatchResult[] {
  let bytes = 0;
  return results.map((result) => {
    bytes += Buffer.byteLength(JSON.stringify(result));
    if (bytes <= MAX_REPLY_BYTES || result.command?.result === undefined) return result;
    const { result: omitted, ...command } = result.command;
    bytes -= Buffer.byteLength(JSON.stringify(omitted));
    return { ...result, command, resultOmitted: true };
  });
}
