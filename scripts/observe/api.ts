/** One call of the REST interface; no token: as nobody. */
export type Call = {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly token?: string;
  readonly idempotencyKey?: string;
};

/** The status, 0 when no answer came, and the body's text. */
type Answer = { readonly status: number; readonly text: string };

export async function call(httpUrl: string, { method, path, body, ...more }: Call): Promise<Answer> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  try {
    const response = await fetch(httpUrl + path, {
      method,
      headers: { "content-type": type, ...headersOf(more) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: 0, text: String(error) };
  }
}

function headersOf({
  token,
  idempotencyKey,
}: Pick<Call, "token" | "idempotencyKey">): Record<string, string> {
  return {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
  };
}

/** Throws what was answered when it was no 2xx. */
export async function mustCall<Body>(httpUrl: string, request: Call): Promise<Body> {
  const { status, text } = await call(httpUrl, request);
  if (status >= 200 && status < 300) return JSON.parse(text || "{}") as Body;
  throw new Error(`${request.method} ${request.path} answered ${status}: ${text}`);
}
