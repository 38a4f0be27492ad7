import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamManager,
  NatsError,
  nanos,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "nats";
import type { Consumer } from "../../actors/runtime/ports.ts";

const WEEK_MS = 7 * 24 * 3600 * 1000;
const DEDUPE_MS = 2 * 60 * 1000;
const MAX_DEAD_LETTER_BYTES = 256 * 1024 ** 2;
const NAME_IN_USE = 10058;
const STREAM_FULL = 10077;

/** The names of everything a namespace has on the server. */
export function namesOf(namespace: string) {
  return {
    events: `${namespace}-events`,
    eventSubject: `${namespace}.events`,
    deadLetters: `${namespace}-dead-letters`,
    deadLetterSubject: `${namespace}.dead-letters`,
  };
}
export type Names = ReturnType<typeof namesOf>;

/** Makes the streams, or changes them to what they should be. */
export async function ensureStreams(
  manager: JetStreamManager,
  names: Names,
  maxBytes: number,
): Promise<void> {
  const refusing = {
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
  };
  await ensureStream(manager, {
    ...refusing,
    name: names.events,
    subjects: [names.eventSubject],
    max_age: nanos(WEEK_MS),
    max_bytes: maxBytes,
    duplicate_window: nanos(DEDUPE_MS),
  });
  await ensureStream(manager, {
    ...refusing,
    name: names.deadLetters,
    subjects: [`${names.deadLetterSubject}.>`],
    max_msgs_per_subject: 1,
    max_bytes: MAX_DEAD_LETTER_BYTES,
  });
}

async function ensureStream(
  manager: JetStreamManager,
  config: Partial<StreamConfig> & { readonly name: string },
): Promise<void> {
  try {
    await manager.streams.add(config);
  } catch (error) {
    if (!hasCode(error, NAME_IN_USE)) throw error;
    await manager.streams.update(config.name, config);
  }
}

/**
 * One delivery at a time for the whole group: with several on their way, one that is handed out again would be
 * overtaken. The server never gives a delivery up by itself.
 */
export async function ensureConsumer(
  manager: JetStreamManager,
  stream: string,
  { group, fromOldest = false }: Pick<Consumer, "group" | "fromOldest">,
  ackWaitMs: number,
): Promise<void> {
  const config: Partial<ConsumerConfig> = {
    durable_name: group,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: fromOldest ? DeliverPolicy.All : DeliverPolicy.New,
    ack_wait: nanos(ackWaitMs),
    max_ack_pending: 1,
    max_deliver: -1,
  };
  await manager.consumers.add(stream, config);
}

export function isStreamFull(error: unknown): boolean {
  return hasCode(error, STREAM_FULL);
}

/** Deletes what every group has handled. Returns the groups that are behind the most when there is no such thing. */
export async function trim(manager: JetStreamManager, stream: string): Promise<string[]> {
  const { state } = await manager.streams.info(stream);
  const consumers = await manager.consumers.list(stream).next();
  const handled = Math.min(state.last_seq, ...consumers.map(({ ack_floor }) => ack_floor.stream_seq));
  if (handled >= state.first_seq) await manager.streams.purge(stream, { seq: handled + 1 });
  else return consumers.filter((each) => each.ack_floor.stream_seq === handled).map(({ name }) => name);
  return [];
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof NatsError && error.api_error?.err_code === code;
}
