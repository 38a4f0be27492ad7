/** What of a process can be too much for too long; the most dangerous one first. */
export const STRAINS = ["memory", "lag", "cpu"] as const;
export type Strain = (typeof STRAINS)[number];

/**
 * One look at the process. `cpu`: share of one core that the main thread uses; `memory`: share of the most it may have;
 * `lag`: milliseconds by which the event loop is late.
 */
export type Vitals = Readonly<Record<Strain, number>>;

export type StrainRules = {
  /** Too much from here on; 0: not watched. */
  readonly limits: Vitals;
  /** For so long. */
  readonly afterMs: number;
  /** So long after a capture there is no other one of its kind. */
  readonly coolDownMs: number;
};

/** What a strain is captured with. */
export function kindOfStrain(strain: Strain): "CPU" | "HEAP" {
  return strain === "memory" ? "HEAP" : "CPU";
}

/** Below this share of the limit it is over; between the two what has begun goes on. */
export const RELIEF = 0.9;
/** A process that was stopped, or slept, is not strained by one look alone. */
export const MIN_LOOKS = 3;

type Episode = { readonly since: number; looks: number };

/** Says when a profile is worth capturing. Times come in: monotonic milliseconds. */
export class StrainWatch {
  readonly #rules: StrainRules;
  readonly #episodes = new Map<Strain, Episode>();
  readonly #captured = new Map<"CPU" | "HEAP", number>();

  constructor(rules: StrainRules) {
    this.#rules = rules;
  }

  /** The strain to capture now; it then counts as captured. */
  look(time: number, vitals: Vitals): Strain | undefined {
    for (const strain of STRAINS) this.#note(strain, time, vitals[strain]);
    const due = STRAINS.find((strain) => this.#isDue(strain, time));
    if (due) this.#captured.set(kindOfStrain(due), time);
    return due;
  }

  #note(strain: Strain, time: number, value: number): void {
    const limit = this.#rules.limits[strain];
    const episode = this.#episodes.get(strain);
    if (limit === 0 || value < limit * RELIEF) this.#episodes.delete(strain);
    else if (episode) episode.looks += 1;
    else if (value >= limit) this.#episodes.set(strain, { since: time, looks: 1 });
  }

  #isDue(strain: Strain, time: number): boolean {
    const { afterMs, coolDownMs } = this.#rules;
    const episode = this.#episodes.get(strain);
    if (!episode || episode.looks < MIN_LOOKS || time - episode.since < afterMs) return false;
    const captured = this.#captured.get(kindOfStrain(strain));
    return captured === undefined || time - captured >= coolDownMs;
  }
}
