/** What is asked of a server over HTTP. */
export type Work = "read" | "patch" | "command";

type Shape = { method: string; path: string; contentType?: string; body?: (number: number) => object };

const SHAPES: Readonly<Record<Work, Shape>> = {
  read: { method: "GET", path: "twin" },
  patch: {
    method: "PATCH",
    path: "twin/desired",
    contentType: "application/merge-patch+json",
    body: (number) => ({ setpoint: number }),
  },
  command: {
    method: "POST",
    path: "commands",
    contentType: "application/json",
    body: () => ({ name: "ping", timeoutSeconds: 10 }),
  },
};

/** Every right answer has it: a status of 200 alone does not say that a command has succeeded. */
export const PROOFS: Readonly<Record<Work, string>> = {
  read: '"desired":',
  patch: '"setpoint":',
  command: '"state":"SUCCEEDED"',
};

/** A whole HTTP/1.1 request, in ASCII. `number` makes every change another one. */
export function requestText(work: Work, gatewayId: string, token: string, number: number): string {
  const { method, path, contentType, body } = SHAPES[work];
  const content = body ? JSON.stringify(body(number)) : "";
  const head = [
    `${method} /v1/gateways/${gatewayId}/${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    `Authorization: Bearer ${token}`,
    ...(contentType ? [`Content-Type: ${contentType}`, `Content-Length: ${content.length}`] : []),
  ];
  return `${head.join("\r\n")}\r\n\r\n${content}`;
}
