import { isDeepStrictEqual } from "node:util";
import { commandActor } from "../../actors/command/command.ts";
import type { CommandCommand, CommandEvent, CommandReply } from "../../actors/command/contract.ts";
import { AT_ONCE } from "../../actors/command/lanes.ts";
import { type GatewayCommands, NO_COMMANDS } from "../../actors/command/state.ts";
import { COMMAND_PRIORITIES } from "../../actors/contracts/commands.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import type { JsonObject } from "../../actors/contracts/json.ts";
import { type Envelope, NO_TIMERS, nextDue } from "../../actors/runtime/activation.ts";
import { type Context, type Decision, type Outcome, rejected } from "../../actors/runtime/actor.ts";
import { foldChange } from "../../actors/runtime/fold.ts";
import { changeOf, decideTimers } from "../../actors/runtime/turn.ts";
import { GATEWAY } from "./command-builders.ts";

/** So many timers never fire one after the other unless something goes round in circles. */
const MAX_FIRED = 200;
/** After a claim, what its predecessor may not have sent has been sent. */
const CHECKED_MS = 4000;

type Known = { readonly deadline: number; readonly priority: string; sentAt?: number; endTime?: number };

/** One gateway's commands with their timers and a clock, and beside them what was sent and how each ended. */
export class CommandWorld {
  readonly #actor = commandActor();
  #envelope: Envelope<GatewayCommands> = { state: NO_COMMANDS, timers: NO_TIMERS };
  #due: number[] = [];
  #now = 1_800_000_000_000;
  #ownedSince = this.#now;
  #claimedAt = this.#now;
  #dies = false;
  #lag = 0;
  readonly known = new Map<string, Known>();
  /** Ids on `down/command`, in order. */
  readonly sent: string[] = [];
  readonly events: CommandEvent[] = [];

  get state(): GatewayCommands {
    return this.#envelope.state;
  }

  get timers(): Record<string, number> {
    return this.#envelope.timers;
  }

  get now(): number {
    return this.#now;
  }

  tell(command: CommandCommand): Outcome<CommandReply> {
    try {
      const decision = this.#actor.decide(this.state, command, this.#context());
      this.#take(decision);
      return { ok: true, reply: decision.reply };
    } catch (error) {
      if (error instanceof DomainError) return rejected(error.toValue());
      throw error;
    }
  }

  /** Time passes, and every timer fires when it is due. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (let fired = 0; ; fired += 1) {
      ensure(fired < MAX_FIRED, "timers go round in circles");
      const next = Math.min(...this.#due);
      if (next > end) break;
      this.#now = Math.max(next, this.#now);
      this.#due = this.#due.filter((at) => at > this.#now);
      this.#take(decideTimers(this.#actor, this.#envelope, this.#context()));
    }
    this.#now = end;
  }

  /** Time passes, and the timers are a little late. */
  lag(ms: number): void {
    this.#lag = ms;
    this.#now += ms;
  }

  /** Another owner after some time without any, which knows what was committed and nothing else. */
  claim(afterMs: number): void {
    this.#now += afterMs;
    this.#ownedSince = this.#now;
    this.#claimedAt = this.#now;
    const due = nextDue(this.timers);
    this.#due = due === null ? [] : [due];
    this.pass(0);
  }

  /** The owner dies after the commit, before anything is sent. */
  dieAfter(command: CommandCommand): void {
    this.#dies = true;
    this.tell(command);
    this.#dies = false;
    this.claim(1000);
  }

  checkInvariants(): void {
    const { open } = this.state;
    for (const priority of COMMAND_PRIORITIES) this.#checkLane(priority);
    for (const { id, deadline } of open) {
      ensure(deadline > this.#now, "its time is over and it is open");
      ensure(this.known.get(id)?.endTime === undefined, "it has ended and is open");
    }
    const first = open.length > 0 ? Math.min(...open.map(({ deadline }) => deadline)) : undefined;
    ensure(this.timers.deadline === first, "the deadline has no timer");
    const packed = JSON.parse(JSON.stringify(this.#actor.pack(this.state)));
    ensure(isDeepStrictEqual(this.#actor.unpack(packed), this.state), "not packed");
  }

  /** As many as may be are sent, never more; what the last owner left unsent is sent a little later. */
  #checkLane(priority: keyof typeof AT_ONCE): void {
    const lane = this.state.open.filter((command) => command.priority === priority);
    const sent = lane.filter(({ id }) => this.known.get(id)?.sentAt !== undefined);
    ensure(sent.length <= AT_ONCE[priority], "too many at once");
    const isSettled = this.#now - this.#claimedAt > CHECKED_MS;
    const expected = Math.min(lane.length, AT_ONCE[priority]);
    ensure(!isSettled || sent.length === expected, "it waits though its lane is free");
  }

  #context(): Context {
    return { actorId: GATEWAY, now: this.#now, ownedSince: this.#ownedSince };
  }

  /** As the host does it. */
  #take(decision: Decision<CommandEvent, CommandReply>): void {
    const change = changeOf(decision, this.#context());
    if (change) {
      this.#envelope = foldChange(this.#actor, this.#envelope, change);
      const due = nextDue(this.timers);
      if (due !== null) this.#due.push(due);
    }
    for (const event of decision.events ?? []) this.#note(event);
    if (this.#dies) return;
    for (const { payload } of decision.downlinks ?? []) this.#send(String((payload as JsonObject).id));
  }

  #note(event: CommandEvent): void {
    this.events.push(event);
    if (event.type === "command.created") {
      const { commandId, deadline, priority } = event;
      ensure(!this.known.has(commandId), "one request has two commands");
      this.known.set(commandId, { deadline, priority });
    } else if (event.type === "command.finished") {
      const known = this.known.get(event.commandId);
      ensure(known !== undefined && known.endTime === undefined, "it ends twice");
      ensure(this.#now <= Math.max(known.deadline, this.#ownedSince) + this.#lag, "it ends too late");
      ensure(
        event.state === "TIMED_OUT" || this.#now < known.deadline,
        "it ends otherwise after its deadline",
      );
      known.endTime = this.#now;
    }
  }

  #send(id: string): void {
    const known = this.known.get(id);
    ensure(known !== undefined && known.endTime === undefined, "what has ended is sent");
    known.sentAt ??= this.#now;
    this.sent.push(id);
  }
}

/** Much quicker than `expect`, which properties would call a million times. */
function ensure(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}
