import { mkdir, open, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { NodeProfile } from "../../../actors/contracts/node-profiles.ts";
import { rfc3339 } from "../../../mixins/rfc3339.ts";
import { fileNameOf, type ProfileName, parseFileName, profileIdOf } from "./profile-name.ts";

type ProfileFilesOptions = {
  readonly folder: string;
  /** Of all together; then the oldest ones go. */
  readonly maxFiles: number;
  readonly maxBytes: number;
};

/** What one read answers at most: NATS carries 1 MiB. */
const MAX_PART_BYTES = 512 * 1024;

/** The profiles in a folder, which is made when it is needed. Its methods throw PROFILES_UNAVAILABLE. */
export class ProfileFiles {
  readonly #options: ProfileFilesOptions;

  constructor(options: ProfileFilesOptions) {
    this.#options = options;
  }

  /** Newest first. */
  list(): Promise<NodeProfile[]> {
    return this.#using(async () => {
      const files = (await readdir(this.#options.folder).catch(noneIfMissing)).sort().reverse();
      const found = await Promise.all(files.map((file) => this.#profileOf(file)));
      return found.filter((each) => each !== undefined);
    });
  }

  /** Throws NODE_PROFILE_NOT_FOUND. */
  async get(profileId: string): Promise<NodeProfile> {
    const found = (await this.list()).find((each) => each.profileId === profileId);
    if (found) return found;
    throw new DomainError("NODE_PROFILE_NOT_FOUND", { profileId });
  }

  /** The oldest go before it is written, so that there is never more than there may be. */
  add(name: ProfileName, content: Buffer): Promise<NodeProfile> {
    return this.#using(async () => {
      const path = this.pathOf(fileNameOf(name));
      await this.#makeRoom(content.length);
      await mkdir(this.#options.folder, { recursive: true });
      try {
        await writeFile(path, content, { mode: 0o600 });
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      return profileOf(name, content.length);
    });
  }

  /** From `start` to `end`, without that byte; throws NODE_PROFILE_NOT_FOUND. */
  async read(profileId: string, start: number, end: number): Promise<Uint8Array> {
    const { filename } = await this.get(profileId);
    const length = Math.max(0, Math.min(end - start, MAX_PART_BYTES));
    return this.#using(async () => {
      await using file = await open(this.pathOf(filename));
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
      return buffer.subarray(0, bytesRead);
    });
  }

  /** Throws NODE_PROFILE_NOT_FOUND. */
  async remove(profileId: string): Promise<void> {
    const { filename } = await this.get(profileId);
    await this.#using(() => rm(this.pathOf(filename), { force: true }));
  }

  pathOf(file: string): string {
    return join(this.#options.folder, file);
  }

  async #makeRoom(bytes: number): Promise<void> {
    const { maxFiles, maxBytes } = this.#options;
    if (bytes > maxBytes) throw new Error(`the profile has ${bytes} bytes, and ${maxBytes} are allowed`);
    let left = bytes;
    for (const [index, { filename, size }] of (await this.list()).entries()) {
      left += size;
      if (index + 1 >= maxFiles || left > maxBytes) await rm(this.pathOf(filename), { force: true });
    }
  }

  /** Undefined for what is no profile, or just goes. */
  async #profileOf(file: string): Promise<NodeProfile | undefined> {
    const name = parseFileName(file);
    const stats = name && (await stat(this.pathOf(file)).catch(() => undefined));
    return stats && profileOf(name, stats.size);
  }

  async #using<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DomainError) throw error;
      const problem = error instanceof Error ? error.message : String(error);
      throw new DomainError("PROFILES_UNAVAILABLE", { folder: this.#options.folder, problem });
    }
  }
}

function profileOf(name: ProfileName, size: number): NodeProfile {
  const { time, kind, reason, nodeId } = name;
  const [profileId, filename] = [profileIdOf(name), fileNameOf(name)];
  return { profileId, nodeId, kind, reason, size, filename, createTime: rfc3339(time) };
}

function noneIfMissing(error: Error): string[] {
  if ("code" in error && error.code === "ENOENT") return [];
  throw error;
}
