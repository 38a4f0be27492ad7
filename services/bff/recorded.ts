import type { Principal } from "../../actors/contracts/access.ts";
import { ClientGone } from "./body.ts";
import { domainErrorOf } from "./errors.ts";
import type { CallGuards, Exchange } from "./request-handler.ts";

/** What is known of a call so far. */
export type Told = {
  /** `ANYONE` until it is known who. */
  principal: Principal;
  permission: string;
  readonly exchange: Exchange;
  /** Where it comes from. */
  readonly address: string;
};

/** What became of it. */
export type Ended = {
  readonly status: number;
  /** Of the error, as in its ErrorInfo. */
  readonly reason?: string;
  readonly ms: number;
};

type RecordedOptions<Served> = {
  readonly told: Told;
  readonly record: CallGuards["record"];
  readonly timeoutMs: number;
  /** Adds to `told` what it finds out. */
  readonly serve: () => Promise<Served>;
  /** Calls `end` with the HTTP status, now or when it is over. */
  readonly whenServed: (served: Served, end: (status: number) => void) => void;
};

/** The status that nginx logs for them. */
const CLIENT_GONE = { status: 499, reason: "CLIENT_GONE" };

/** Tells of a call whatever it ends with. */
export async function recorded<Served>(options: RecordedOptions<Served>): Promise<Served> {
  const { told, record, timeoutMs, serve, whenServed } = options;
  const start = performance.now();
  const end = (how: Omit<Ended, "ms">) => record(told, { ...how, ms: performance.now() - start });
  try {
    const served = await serve();
    whenServed(served, (status) => end({ status }));
    return served;
  } catch (error) {
    end(error instanceof ClientGone ? CLIENT_GONE : failure(error, timeoutMs));
    throw error;
  }
}

function failure(error: unknown, timeoutMs: number): Omit<Ended, "ms"> {
  const known = domainErrorOf(error, timeoutMs);
  return { status: known?.code ?? 500, reason: known?.type ?? "INTERNAL" };
}
