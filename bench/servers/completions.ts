import { notify } from "../ipc.ts";

export type CompletedNote = { completed: number };

const NOTE_EVERY_MS = 2;
let unnoted = 0;

/** Tells the bench in small batches, so that the credits cost next to nothing. */
export function completed(count = 1): void {
  if (unnoted === 0) setTimeout(noteCompleted, NOTE_EVERY_MS);
  unnoted += count;
}

function noteCompleted(): void {
  notify({ completed: unnoted } satisfies CompletedNote);
  unnoted = 0;
}
