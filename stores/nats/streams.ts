import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamManager,
  type MsgRequest,
  NatsError,
  nanos,
  RetentionPolicy,
  StorageType,
  type StoredMsg,
  type StreamConfig,
} from "nats";
import type { Consumer } from "../../actors/runtime/ports.ts";

const WEEK_MS = 7 * 24 * 3600 * 1000;
const DEDUPE_MS = 2 * 60 * 1000;
const MAX_DEAD_LETTER_BYTES = 256 * 1024 ** 2;
const NO_MESSAGE_FOUND = 10037;
const NAME_IN_USE = 10058;
const STREAM_FULL = 10077;

/** The names of everything a namespace has on the server. */
export function namesOf(namespace: string) {
  return {
    events: `${namespace}-events`,
    /** Of the rows that every group wants. */
    eventSubject: `${namespace}.events`,
    routineSubject: `${namespace}.events.routine`,
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
    subjects: [names.eventSubject, names.routineSubject],
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
  names: Names,
  { group, fromOldest = false, skipsRoutine = false }: Omit<Consumer, "handle">,
  ackWaitMs: number,
): Promise<void> {
  const config: Partial<ConsumerConfig> = {
    durable_name: group,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: fromOldest ? DeliverPolicy.All : DeliverPolicy.New,
    ack_wait: nanos(ackWaitMs),
    max_ack_pending: 1,
    max_deliver: -1,
    ...(skipsRoutine && { filter_subject: names.eventSubject }),
  };
  await manager.consumers.add(names.events, config);
}

export function isStreamFull(error: unknown): boolean {
  return hasCode(error, STREAM_FULL);
}

/** Deletes what every group has handled. Returns the groups that are behind the most when there is no such thing. */
export async function trim(manager: JetStreamManager, stream: string): Promise<string[]> {
  const { state } = await manager.streams.info(stream);
  const consumers = await manager.consumers.list(stream).next();
  const groups = await Promise.all(
    consumers.map(async (each) => ({ name: each.name, handled: await handledBy(manager, stream, each) })),
  );
  const handled = Math.min(state.last_seq, ...groups.map((group) => group.handled));
  if (handled >= state.first_seq) await manager.streams.purge(stream, { seq: handled + 1 });
  else return groups.filter((group) => group.handled === handled).map(({ name }) => name);
  return [];
}

/** Up to which message a group has seen all it wants. Messages on other subjects do not move its ack floor. */
async function handledBy(
  manager: JetStreamManager,
  stream: string,
  { ack_floor, config }: ConsumerInfo,
): Promise<number> {
  if (!config.filter_subject) return ack_floor.stream_seq;
  const next = await nextMessage(manager, stream, config.filter_subject, ack_floor.stream_seq + 1);
  return next ? next.seq - 1 : Number.POSITIVE_INFINITY;
}

/** The first message on the subject from `seq` on; undefined when there is none. */
export async function nextMessage(
  manager: JetStreamManager,
  stream: string,
  subject: string,
  seq: number,
): Promise<StoredMsg | undefined> {
  // The library's type of the request lacks it.
  const query = { seq, next_by_subj: subject };
  return getMessage(manager, stream, query);
}

export async function getMessage(
  manager: JetStreamManager,
  stream: string,
  query: MsgRequest,
): Promise<StoredMsg | undefined> {
  try {
    return await manager.streams.getMessage(stream, query);
  } catch (error) {
    if (hasCode(error, NO_MESSAGE_FOUND)) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof NatsError && error.api_error?.err_code === code;
}
