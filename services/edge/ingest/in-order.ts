/** One message's place in the order of a connection's acknowledgements. */
export type Turn = {
  readonly bytes: number;
  readonly release: () => void;
  isDone: boolean;
  next: Turn | undefined;
};

/** MQTT wants PUBACKs in the order of the PUBLISH packets: who is done early waits for those before. */
export class InOrder {
  #first: Turn | undefined;
  #last: Turn | undefined;
  #bytes = 0;

  /** Of the turns that are not released. */
  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: number, release: () => void): Turn {
    const turn: Turn = { bytes, release, isDone: false, next: undefined };
    if (this.#last) this.#last.next = turn;
    else this.#first = turn;
    this.#last = turn;
    this.#bytes += bytes;
    return turn;
  }

  done(turn: Turn): void {
    turn.isDone = true;
    while (this.#first?.isDone) {
      const { release, bytes, next } = this.#first;
      this.#first = next;
      if (!next) this.#last = undefined;
      this.#bytes -= bytes;
      release();
    }
  }
}
