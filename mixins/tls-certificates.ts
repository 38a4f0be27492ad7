import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createSecureContext, type SecureContextOptions, type Server, type TlsOptions } from "node:tls";
import type { Log } from "../actors/runtime/ports.ts";
import type { Counters } from "./counters.ts";

/** A file, and the variable that names it: for messages. */
type NamedFile = { readonly variable: string; readonly path: string };

type TlsFiles = {
  /** The server's certificate in PEM form, with those between it and its root. */
  readonly cert: NamedFile;
  /** Its private key, without a passphrase. */
  readonly key: NamedFile;
  /** Who signs the certificates of clients; without it clients are not asked for one. */
  readonly ca?: NamedFile;
};

type CertificatesOptions = {
  /** A label of metrics: what the certificate is for. */
  readonly listener: "http" | "mqtt";
  readonly files: TlsFiles;
  readonly log: Log;
  readonly counters: Counters;
  readonly lookEveryMs?: number;
};

type Loaded = { readonly context: SecureContextOptions; readonly validTo: Date };

const LOOK_EVERY_MS = 5000;

/**
 * What a TLS listener shows, as it is in its files. Changed files are taken over without a restart, on SIGHUP and a
 * little later by itself; connections that are open stay as they are. Files that do not work change nothing.
 */
export class Certificates {
  readonly #options: CertificatesOptions;
  readonly #servers = new Set<Server>();
  #context: SecureContextOptions;
  #stamp: string;
  #seen: string;
  #timer: NodeJS.Timeout | undefined;

  /** Throws one line that names the variable. */
  constructor(options: CertificatesOptions) {
    this.#options = options;
    this.#stamp = this.#seen = stampOf(options.files);
    this.#context = this.#load();
  }

  /** For the making of a server; whether it insists on a certificate is up to it. */
  get tlsOptions(): TlsOptions {
    return { ...this.#context, requestCert: this.#options.files.ca !== undefined };
  }

  /** Keeps the certificate of a server up to date until it closes. */
  serve(server: Server): void {
    if (this.#servers.size === 0) this.#watch();
    this.#servers.add(server);
    server.once("close", () => {
      this.#servers.delete(server);
      if (this.#servers.size === 0) this.#unwatch();
    });
  }

  readonly #reload = (): void => {
    const { listener, files, log, counters } = this.#options;
    const ended = (outcome: "done" | "failed") =>
      counters.count("gateway_twin.tls.reloads.total", { listener, outcome });
    this.#stamp = this.#seen = stampOf(files);
    try {
      this.#context = this.#load();
      for (const server of this.#servers) server.setSecureContext(this.#context);
      log.info("a certificate was read again", { "config.variable": files.cert.variable });
      ended("done");
    } catch (error) {
      log.error("a certificate could not be read again; it stays as it was", { error });
      ended("failed");
    }
  };

  #load(): SecureContextOptions {
    const { listener, files, log, counters } = this.#options;
    const { context, validTo } = load(files);
    const seconds = validTo.getTime() / 1000;
    counters.gauge("gateway_twin.tls.certificate.expiry.timestamp.seconds", seconds, { listener });
    if (validTo.getTime() < Date.now())
      log.warn("the certificate has expired; put a new one into its place", {
        "config.variable": files.cert.variable,
        "tls.server.not_after": validTo.toISOString(),
      });
    return context;
  }

  #watch(): void {
    process.on("SIGHUP", this.#reload);
    this.#timer = setInterval(() => this.#look(), this.#options.lookEveryMs ?? LOOK_EVERY_MS).unref();
  }

  #unwatch(): void {
    process.off("SIGHUP", this.#reload);
    clearInterval(this.#timer);
  }

  /** Files are often written one after the other: they are read when two looks in a row saw the same. */
  #look(): void {
    const stamp = stampOf(this.#options.files);
    if (stamp !== this.#stamp && stamp === this.#seen) this.#reload();
    this.#seen = stamp;
  }
}

function load({ cert, key, ca }: TlsFiles): Loaded {
  const pems = { cert: read(cert), key: read(key), ...(ca && { ca: read(ca) }) };
  const certificate = certificateIn(cert, pems.cert);
  if (ca && pems.ca) certificateIn(ca, pems.ca);
  if (!certificate.checkPrivateKey(keyIn(key, pems.key)))
    throw new Error(`${key.variable}: '${key.path}' is not the key of the certificate in '${cert.path}'`);
  const context: SecureContextOptions = { ...pems, minVersion: "TLSv1.2" };
  attempt(cert, "cannot be used", () => createSecureContext(context));
  return { context, validTo: certificate.validToDate };
}

function read(file: NamedFile): Buffer {
  return attempt(file, "cannot be read", () => readFileSync(file.path));
}

function certificateIn(file: NamedFile, pem: Buffer): X509Certificate {
  return attempt(file, "has no certificate in PEM form", () => new X509Certificate(pem));
}

function keyIn(file: NamedFile, pem: Buffer): KeyObject {
  return attempt(file, "has no private key in PEM form without a passphrase", () => createPrivateKey(pem));
}

/** OpenSSL's codes say what is wrong, and never what is in the file. */
function attempt<Result>({ variable, path }: NamedFile, problem: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new Error(`${variable}: '${path}' ${problem}${code}`);
  }
}

/** Another one whenever a file is written, moved or linked anew. */
function stampOf({ cert, key, ca }: TlsFiles): string {
  return [cert, key, ...(ca ? [ca] : [])].map(({ path }) => stampOfFile(path)).join();
}

function stampOfFile(path: string): string {
  const { ino, size, ctimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return `${ino}:${size}:${ctimeMs}`;
}
