import { expect, it } from "vitest";
import { parseAnswer } from "./http-answer.ts";

const WHOLE = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";

it("finds the answer when its last byte is there, and not before", () => {
  for (let length = 0; length < WHOLE.length; length++)
    expect(parseAnswer(Buffer.from(WHOLE.slice(0, length)))).toBeUndefined();
  expect(parseAnswer(Buffer.from(WHOLE))).toEqual({ status: 200, body: "hello" });
});

it("refuses what it could not see the end of", () => {
  expect(() => parseAnswer(Buffer.from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))).toThrow(
    "Content-Length",
  );
});
