/** Names of what is told nobody, also as a part of a longer name. */
const SECRET =
  "pass(?:word|wd|phrase)|secret|token|authorization|cookie|api[-_]?key|private[-_]?key|credential";
const SECRET_NAME = new RegExp(SECRET, "i");

/** `mysql://user:password@host` */
const USER_OF_URL = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'`]*@/gi;
/** `Authorization: Bearer abc`, `Basic abc` */
const SCHEME = /\b(bearer|basic) +[\w.~+/=-]{8,}/gi;
/** `password=abc`, `"password":"abc"`, also as text within text; not the words after "token:" in a sentence. */
const ASSIGNED = new RegExp(
  `((?:${SECRET})[\\w-]*(?:=|\\\\*["']\\s*[:=]\\s*)(?:\\\\*["'])?)[^\\s"'&,;}\\\\]+`,
  "gi",
);

const REDACTED = "[redacted]";
/** More is not looked at, nor written: somebody may log the whole world. */
const MAX_VALUES = 500;
const MAX_DEPTH = 8;

/** The value without what is secret by its name or its form, at any depth. */
export function redacted(value: unknown): unknown {
  return walk(value, { values: MAX_VALUES, depth: MAX_DEPTH });
}

export function redactedText(text: string): string {
  return text
    .replace(USER_OF_URL, `$1${REDACTED}@`)
    .replace(SCHEME, `$1 ${REDACTED}`)
    .replace(ASSIGNED, `$1${REDACTED}`);
}

type Left = { values: number; readonly depth: number };

function walk(value: unknown, left: Left): unknown {
  left.values -= 1;
  if (typeof value === "string") return redactedText(value);
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? String(value) : value;
  if (value instanceof Date) return value;
  if (left.values < 0 || left.depth === 0 || ArrayBuffer.isView(value)) return "[left out]";
  return Array.isArray(value) ? value.map((each) => below(each, left)) : members(value, left);
}

function members(value: object, left: Left): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      redactedText(name),
      SECRET_NAME.test(name) ? REDACTED : below(member, left),
    ]),
  );
}

function below(value: unknown, left: Left): unknown {
  const inner = { values: left.values, depth: left.depth - 1 };
  const result = walk(value, inner);
  left.values = inner.values;
  return result;
}
