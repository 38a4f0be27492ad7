import { expect, test } from "vitest";
import { type Sender, SpanSender } from "./span-sender.ts";

type Answer = (error?: string) => void;

/** Answers requests when it is told to. */
function collector() {
  const requests: { readonly spans: number; readonly answer: Answer }[] = [];
  let waiting = 0;
  let cuts = 0;
  const sender: Sender = {
    setProcess: () => undefined,
    append: () => (waiting += 1),
    flush: (done) => {
      const spans = waiting;
      waiting = 0;
      requests.push({ spans, answer: (error) => done(spans, error) });
    },
    close: () => {
      cuts += 1;
      for (const { answer } of requests.splice(0)) answer("cut off");
    },
  };
  return { sender, requests, cuts: () => cuts };
}

function senderTo({ sender }: Pick<ReturnType<typeof collector>, "sender">) {
  const told = { sent: 0, lost: 0 };
  const settings = { batchSpans: 10, maxSpans: 30, maxRequests: 2, timeoutMs: 50 };
  const spans = new SpanSender(sender, settings, {
    sent: (n) => (told.sent += n),
    lost: (n) => (told.lost += n),
  });
  const append = (count: number) => {
    for (let n = 0; n < count; n += 1) spans.append({}, () => undefined);
  };
  return { spans, told, append };
}

test("a collector that does not answer is sent so many requests, and so many spans wait", () => {
  const { sender, requests } = collector();
  const { told, append } = senderTo({ sender });
  append(100);
  expect(requests.map(({ spans }) => spans)).toEqual([10, 10]);
  expect(told).toEqual({ sent: 0, lost: 50 });
  requests.shift()?.answer();
  expect(requests.map(({ spans }) => spans)).toEqual([10, 30]);
  expect(told).toEqual({ sent: 10, lost: 50 });
  for (const { answer } of requests.splice(0)) answer();
  expect(told).toEqual({ sent: 50, lost: 50 });
});

test("the end waits for what is on its way, and sends the rest", async () => {
  const { sender, requests, cuts } = collector();
  const { spans, told, append } = senderTo({ sender });
  append(13);
  const ended = spans.end(5000);
  spans.close();
  expect(cuts()).toBe(0);
  expect(requests.map((request) => request.spans)).toEqual([10, 3]);
  for (const { answer } of requests.splice(0)) answer();
  await ended;
  expect(told).toEqual({ sent: 13, lost: 0 });
});

test("who is silent too long is cut off, at the end too", async () => {
  const { sender, cuts } = collector();
  const { spans, told, append } = senderTo({ sender });
  append(10);
  await expect.poll(() => told).toEqual({ sent: 0, lost: 10 });
  expect(cuts()).toBe(1);
  append(25);
  await spans.end(10);
  expect(told).toEqual({ sent: 0, lost: 35 });
});
