import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Paths of PEM files. */
export type Pair = { readonly cert: string; readonly key: string };

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** An authority that signs certificates while a spec runs. */
export class TestAuthority {
  readonly #directory = mkdtempSync(join(tmpdir(), "gateway-twin-tls-"));
  readonly #pair = this.#make("ca", ["-subj", "/CN=test authority"]);
  #made = 0;

  get cert(): string {
    return this.#pair.cert;
  }

  get pem(): Buffer {
    return readFileSync(this.cert);
  }

  /** A certificate for this name, which is good for 127.0.0.1 too. */
  issue(commonName: string): Pair {
    const { cert, key } = this.#pair;
    this.#made += 1;
    const names = `subjectAltName=IP:127.0.0.1,DNS:${commonName}`;
    const subject = ["-subj", `/O=test/CN=${commonName}`, "-addext", names];
    return this.#make(String(this.#made), [...subject, "-CA", cert, "-CAkey", key]);
  }

  /** Files that are to change, apart from those they were copied from. */
  copy({ cert, key }: Pair): Pair {
    const copied = { cert: join(this.#directory, "used.pem"), key: join(this.#directory, "used.key") };
    copyFileSync(cert, copied.cert);
    copyFileSync(key, copied.key);
    return copied;
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true });
  }

  #make(name: string, options: readonly string[]): Pair {
    const [cert, key] = [join(this.#directory, `${name}.pem`), join(this.#directory, `${name}.key`)];
    const files = ["-keyout", key, "-out", cert];
    execFileSync("openssl", ["req", "-x509", "-days", "2", ...KEY, ...files, ...options], { stdio: "pipe" });
    return { cert, key };
  }
}

export function readPair({ cert, key }: Pair): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}
