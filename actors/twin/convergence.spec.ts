import fc from "fast-check";
import { expect, test } from "vitest";
import {
  hello,
  lay,
  layer,
  patches,
  replace,
  report,
  sections,
  step,
  update,
} from "../../test/helpers/twin-builders.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../contracts/json.ts";
import type { TwinCommand } from "./contract.ts";
import { EMPTY_TWIN, type TwinState } from "./state.ts";
import { syncOf } from "./sync.ts";

/** What a gateway reports in a wished value's place. */
type Answer = (value: JsonValue, version: number, key: string) => JsonValue;

const plain: Answer = (value) => value;
const accepting: Answer = (value, version) => ({ value, code: 200, version });
const refusing: Answer = (value, version, key) =>
  key === "a" ? { value: "kept", code: 400, version } : accepting(value, version, key);
const refusingPlainly: Answer = (value, _, key) => (key === "a" ? { value: "kept", code: 400 } : value);

type Told = { readonly topic: string; readonly payload: JsonValue };

/** A twin, and a gateway that answers what it is told; `isThere` says whether messages reach it. */
class Scene {
  state: TwinState = EMPTY_TWIN;
  messages = 0;
  readonly #answer: Answer;
  #version = 0;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  act(command: TwinCommand, isThere: boolean): void {
    const queue = this.#take(command);
    if (!isThere) return;
    for (let told = queue.shift(); told; told = queue.shift()) {
      this.messages += 1;
      if (this.messages > 1000) throw new Error("it does not come to rest");
      queue.push(...this.#hear(told.payload as JsonObject));
    }
  }

  comeBack(): void {
    this.act(hello({ boot: "b", desiredVersion: this.#version }), true);
  }

  #hear({ version, state }: JsonObject): Told[] {
    this.#version = Number(version);
    return this.#take(report(this.#answers(state as JsonObject, this.state.reported.state)));
  }

  #take(command: TwinCommand): Told[] {
    const { state, reply, downlinks = [] } = step(this.state, command);
    this.state = state;
    return [...downlinks, ...(Array.isArray(reply) ? (reply as Told[]) : [])];
  }

  /** A patch on what it reported: an answer replaces what stood in its place. */
  #answers(wished: JsonObject, reported: JsonObject): JsonObject {
    const entries = Object.entries(wished).map(([key, value]) => {
      const before = Object.hasOwn(reported, key) ? reported[key] : undefined;
      const members = isJsonObject(before) ? before : {};
      if (isJsonObject(value)) return [key, this.#answers(value, members)];
      const said = this.#answer(value, this.#version, key);
      const gone = Object.fromEntries(Object.keys(members).map((name) => [name, null]));
      return [key, isJsonObject(said) ? { ...gone, ...said } : said];
    });
    return Object.fromEntries(entries);
  }
}

const changes = fc.oneof(
  patches.map((patch) => update(patch)),
  sections.map((state) => replace(state)),
  fc.tuple(sections, sections).map(([a, b]) => lay(layer("p1", a), layer("p2", b))),
  fc.constant(lay()),
  fc.boolean().map((full): TwinCommand => ({ name: "sendDesired", params: { full } })),
);
const histories = fc.array(fc.tuple(changes, fc.boolean()), { maxLength: 12 });

function played(answer: Answer, history: readonly (readonly [TwinCommand, boolean])[]): Scene {
  const scene = new Scene(answer);
  for (const [command, isThere] of history) scene.act(command, isThere);
  scene.comeBack();
  return scene;
}

test.each([
  ["reports the bare values", plain],
  ["answers each value", accepting],
])("law: a gateway that %s ends in sync, whatever it missed, and is then told nothing more", (_, answer) => {
  fc.assert(
    fc.property(histories, (history) => {
      const scene = played(answer, history);
      expect(syncOf(scene.state)).toEqual({ state: "synced" });
      expectNothingMore(scene);
    }),
  );
});

test.each([
  ["with versions", refusing],
  ["without", refusingPlainly],
])(
  "law: a gateway that refuses settings (%s) ends with nothing but these missing, and is told no more",
  (_, answer) => {
    fc.assert(
      fc.property(histories, (history) => {
        const scene = played(answer, history);
        const { state, refused = [] } = syncOf(scene.state);
        expect(state).toBe(refused.length > 0 ? "refused" : "synced");
        expect(refused.every(({ path, code }) => path.endsWith("/a") && code === 400)).toBe(true);
        expectNothingMore(scene);
      }),
    );
  },
);

function expectNothingMore(scene: Scene): void {
  const { messages } = scene;
  scene.act({ name: "sendDesired", params: { full: false } }, true);
  scene.comeBack();
  expect(scene.messages).toBe(messages);
}
