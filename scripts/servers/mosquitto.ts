import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { connectAsync } from "mqtt";
import { findCommand } from "../tools.ts";
import type { Address } from "./daemon.ts";
import { type Place, type Server, type ServerOptions, startServer } from "./server.ts";

const run = promisify(execFile);

export type MosquittoOptions = ServerOptions & {
  /** Passwords by user name; without any everybody may connect, with no name. */
  readonly users?: Readonly<Record<string, string>>;
  /** Further lines of mosquitto.conf. */
  readonly settings?: readonly string[];
};

/** Mosquitto. As by its defaults it writes its data at a graceful end, so a kill -9 loses what it held. */
export function startMosquitto({ users, settings = [], ...options }: MosquittoOptions = {}): Promise<Server> {
  const [user] = Object.entries(users ?? {});
  return startServer(
    {
      name: "mosquitto",
      command: "mosquitto",
      prepare: async (place) => {
        if (users) await writePasswords(passwordFile(place), users);
        await writeFile(configFile(place), configuration(place, users !== undefined, settings));
      },
      args: (place) => ["-c", configFile(place)],
      readyText: " running",
      probe: (address) => probe(urlOf(address), user),
      url: urlOf,
    },
    options,
  );
}

function configuration(place: Place, hasUsers: boolean, settings: readonly string[]): string {
  const lines = [
    `listener ${place.port} ${place.host}`,
    hasUsers ? `password_file ${passwordFile(place)}` : "allow_anonymous true",
    // Started as root it would become another user, who cannot read the folder.
    `user ${userInfo().username}`,
    "persistence true",
    `persistence_location ${place.directory}/`,
    // A bridge holds many messages until their commit, and none may be thrown away meanwhile.
    "max_inflight_messages 20000",
    "max_queued_messages 0",
    "set_tcp_nodelay true",
    "connection_messages false",
    "log_dest stderr",
    ...settings,
  ];
  return `${lines.join("\n")}\n`;
}

/** `mosquitto_passwd -U` replaces the plain passwords by their hashes. */
async function writePasswords(path: string, users: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(users).map(([name, password]) => `${name}:${password}\n`);
  await writeFile(path, lines.join(""), { mode: 0o600 });
  await run(findCommand("mosquitto_passwd"), ["-U", path]);
}

async function probe(url: string, user: readonly [string, string] | undefined): Promise<void> {
  const [username, password] = user ?? [];
  const client = await connectAsync(url, {
    reconnectPeriod: 0,
    connectTimeout: 2000,
    ...(username !== undefined && password !== undefined && { username, password }),
  });
  await client.endAsync(true);
}

function urlOf({ host, port }: Address): string {
  return `mqtt://${host}:${port}`;
}

function configFile({ directory }: Place): string {
  return join(directory, "mosquitto.conf");
}

function passwordFile({ directory }: Place): string {
  return join(directory, "passwords");
}
