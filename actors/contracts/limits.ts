/** Limits of the public contract (section 2). Sizes are bytes of UTF-8. */
export type Limits = {
  /** One twin section (desired or reported) as JSON text. */
  readonly sectionBytes: number;
  /** Levels of nesting; the root object of a section is the first. */
  readonly depth: number;
  readonly keyBytes: number;
  readonly mqttPayloadBytes: number;
  readonly restBodyBytes: number;
};

export const DEFAULT_LIMITS: Limits = {
  sectionBytes: 64 * 1024,
  depth: 16,
  keyBytes: 256,
  mqttPayloadBytes: 256 * 1024,
  restBodyBytes: 1024 * 1024,
};

/** Ids of callers' requests that an actor keeps to recognise a repeated one. */
export const REMEMBERED_REQUESTS = 16;
/** Earlier power-ons that a twin keeps to recognise a message that arrives late. */
export const REMEMBERED_BOOTS = 8;
