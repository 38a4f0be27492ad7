/** A partition of a type, and who serves it with which epoch. */
export type RouteHint = {
  readonly type: string;
  readonly owner: string;
  readonly partitions: readonly { readonly partition: number; readonly epoch: number }[];
};

/** Nobody owns these any more, and they are meant for that node: it need not look for them. */
export type Offer = {
  readonly to: string;
  readonly type: string;
  /** With the epochs they were given back at. */
  readonly partitions: readonly { readonly partition: number; readonly epoch: number }[];
};

/** A partition was given away by hand: its former owner shall not take it back for a while. */
export type Exclusion = { readonly type: string; readonly partition: number; readonly nodeId: string };

export type SignalHandlers = {
  /** Sessions or owners may have changed: look into the store now. */
  readonly onChanged: () => void;
  readonly onRoutes: (hint: RouteHint) => void;
  readonly onExcluded: (exclusion: Exclusion) => void;
  readonly onOffered: (offer: Offer) => void;
};

/** Hints between nodes. Any of them may be lost, late or wrong: they only make things quicker. */
export type Signals = {
  /** May this node take partitions? Not while it cannot be reached by the others. */
  readonly isConnected: boolean;
  readonly start: (instanceId: string, handlers: SignalHandlers) => void;
  readonly stop: () => void;
  readonly changed: () => void;
  readonly routes: (hint: RouteHint) => void;
  readonly excluded: (exclusion: Exclusion) => void;
  readonly offered: (offer: Offer) => void;
  /** True when that instance has no connection any more, or is silent for long; false when nobody can tell. */
  readonly isGone: (instanceId: string) => Promise<boolean>;
};

/** For a node that is alone. */
export const NO_SIGNALS: Signals = {
  isConnected: true,
  start: () => undefined,
  stop: () => undefined,
  changed: () => undefined,
  routes: () => undefined,
  excluded: () => undefined,
  offered: () => undefined,
  isGone: async () => false,
};
