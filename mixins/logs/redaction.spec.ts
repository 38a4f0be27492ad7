import {
  array,
  assert,
  base64String,
  constantFrom,
  oneof,
  property,
  stringMatching,
  tuple,
} from "fast-check";
import { expect, test } from "vitest";
import { redacted, redactedText } from "./redaction.ts";

const NAMES = [
  "password",
  "currentPassword",
  "passphrase",
  "token",
  "access_token",
  "ADMIN_TOKEN",
  "secret",
  "clientSecret",
  "authorization",
  "Authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
  "apiKey",
  "privateKey",
  "credentials",
];

const name = constantFrom(...NAMES);
const secret = stringMatching(/^[A-Za-z0-9]{12,40}$/);
const way = array(stringMatching(/^[a-z]{1,8}$/), { maxLength: 5 });

test("nothing with a secret name is left, at any depth, be it a text, a list or an object", () => {
  const shapes = [(it: string) => it, (it: string) => [it], (it: string) => ({ value: it })];
  assert(
    property(name, secret, way, constantFrom(...shapes), (key, word, keys, shape) => {
      const inner: unknown = { [key]: shape(word), other: [{ [key]: word }] };
      const value = keys.reduceRight<unknown>((below, each) => ({ [each]: below }), inner);
      expect(JSON.stringify(redacted(value))).not.toContain(word);
    }),
  );
});

test("nothing secret is left in a text, also when it is JSON within it, once or twice", () => {
  const forms = [
    (key: string, word: string) => `/v1/gateways?${key}=${word}&pageSize=1`,
    (key: string, word: string) => `refused: ${JSON.stringify({ a: 1, [key]: word })}`,
    (key: string, word: string) => JSON.stringify({ body: JSON.stringify({ [key]: word }) }),
  ];
  assert(
    property(name, secret, constantFrom(...forms), (key, word, form) => {
      expect(redactedText(form(key, word))).not.toContain(word);
    }),
  );
});

test("neither schemes of Authorization nor users of addresses keep their secrets", () => {
  const url = tuple(constantFrom("mysql", "nats", "redis", "mqtt", "https"), secret).map(
    ([protocol, word]) => ({ text: `cannot reach ${protocol}://me:${word}@host:1/x`, word }),
  );
  const header = tuple(constantFrom("Bearer", "bearer", "Basic"), base64String({ minLength: 12 })).map(
    ([scheme, word]) => ({ text: `it said ${scheme} ${word}`, word }),
  );
  assert(property(oneof(url, header), ({ text, word }) => !redactedText(text).includes(word)));
  expect(redactedText("cannot reach mysql://me:p@ss@host:1/x")).toBe(
    "cannot reach mysql://[redacted]@host:1/x",
  );
});

test("sentences stay as they are", () => {
  const sentences = [
    "A valid bearer token is needed.",
    "The page token is not valid here; start again without it.",
    "token: must be a string",
    "Service 'access' started.",
    "mail to ann@example.com about https://example.com/a?b=1",
  ];
  expect(sentences.map(redactedText)).toEqual(sentences);
});

test("what has no end, or too much in it, is cut off", () => {
  const endless: Record<string, unknown> = {};
  for (let n = 0; n < 100; n++) endless[`self${n}`] = endless;
  expect(JSON.stringify(redacted(endless)).length).toBeLessThan(100_000);
  expect(redacted({ count: 1n, bytes: new Uint8Array(9) })).toEqual({ count: "1", bytes: "[left out]" });
});
