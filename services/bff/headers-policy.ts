type Headers = Readonly<Record<string, string>>;

const ALWAYS: Headers = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};
const OVER_TLS: Headers = { ...ALWAYS, "Strict-Transport-Security": "max-age=31536000" };

/** What every answer has, errors too; a page that needs it otherwise sets the header itself. */
export function headersPolicy(isTls: boolean): Headers {
  return isTls ? OVER_TLS : ALWAYS;
}
