/** The same fleet for all variants; each gateway has a connection of its own, as in the field. */
export const GATEWAYS = 1_000;
export const WINDOW = 2;
/** Where the PUBACK gives the credit, or nobody keeps an order: all windows full. */
export const IN_FLIGHT = GATEWAYS * WINDOW;
/**
 * Behind a broker that acknowledges by itself and shares messages out to several consumers, two messages of a
 * gateway could overtake each other: so few are under way that it has only one of them, as one that waits for its ack.
 */
export const IN_FLIGHT_ONE_EACH = 1_000;
/** Enough for consumers that handle one message at a time, without a backlog of seconds. */
export const IN_FLIGHT_ONE_BY_ONE = 256;
