import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Params } from "../../actors/contracts/contract.ts";
import { CommandTable } from "../../services/core/commands/command-table.ts";
import type { Finished } from "../../services/core/commands/finished.ts";
import { listCommands } from "../../services/core/commands/list.ts";
import { LogTable } from "../../services/core/commands/log-table.ts";
import { LogWriter, MAX_LINES } from "../../services/core/commands/log-writer.ts";
import { removeBefore } from "../../services/core/commands/retention.ts";
import { DATABASES, type OpenedDatabase } from "../helpers/databases.ts";

const silent = { count: () => undefined, gauge: () => undefined };

function command(n: number, more: Partial<Finished> = {}): Finished {
  const id = `gw~1.${String(n).padStart(16, "0")}`;
  const times = { createTime: 1_766_000_000_000 + n, endTime: 1_766_000_001_000 + n };
  return { id, gatewayId: "gw:1", name: "reboot", state: "SUCCEEDED", ...times, ...more };
}

function line(seq: number, time: number) {
  return {
    commandId: command(1).id,
    seq,
    gatewayId: "gw:1",
    time,
    ts: time,
    level: "INFO",
    text: `é 漢 😀 ${seq}`,
  };
}

const newest = (limit: number, after?: Finished) => ({ after, descending: true, limit });

describe.each(DATABASES)("on %s", (_driver, open) => {
  let database: OpenedDatabase;

  beforeAll(async () => {
    database = await open();
  });
  beforeEach(() => database.clear("ended_commands", "command_log_lines"));
  afterAll(() => database.close());

  test("commands: as they ended, once, by gateway, newest first", async () => {
    const table = new CommandTable(database.sequelize);
    const large = command(1, { result: { text: "\\'漢".repeat(10_000) }, state: "FAILED" });
    const failed = command(2, { state: "FAILED", error: { code: "BUSY", message: "'no' 😀" } });
    await table.add([large, failed]);
    await table.add([failed, command(3), command(3), command(4, { gatewayId: "gw:2" })]);
    expect(await table.find(large.id)).toEqual(large);
    expect(await table.find(failed.id)).toEqual(failed);
    expect(await table.find("gw~1.x")).toBeUndefined();
    expect(await table.list("gw:1", newest(2))).toEqual([command(3), failed]);
    expect(await table.list("gw:1", newest(2, failed))).toEqual([large]);
    await table.add([]);
  });

  test("a list is filtered and ordered, pages with what only the actor has", async () => {
    const table = new CommandTable(database.sequelize);
    await table.add(Array.from({ length: 250 }, (_, n) => command(n, n % 100 === 7 ? { name: "ping" } : {})));
    const recent = [
      { ...command(249), name: "ping" },
      { ...command(300), name: "ping" },
    ];
    const pages = async (asked: Omit<Params<"commands.list">, "gatewayId">) => {
      const found: number[][] = [];
      for (let pageToken = ""; ; ) {
        const page = await listCommands(table, { gatewayId: "gw:1", ...asked, pageToken }, recent);
        found.push(page.commands.map(({ id }) => Number(id.slice(5))));
        pageToken = page.nextPageToken;
        if (!pageToken) return found;
      }
    };
    expect(await pages({ pageSize: 2, filter: "name = ping" })).toEqual([[300, 249], [207, 107], [7]]);
    expect(await pages({ pageSize: 3, filter: "name = ping", orderBy: "createTime" })).toEqual([
      [7, 107, 207],
      [249, 300],
    ]);
    expect(
      await pages({ filter: `createTime < "${new Date(command(3).createTime).toISOString()}"` }),
    ).toEqual([[2, 1, 0]]);
    expect((await pages({ pageSize: 1000, orderBy: "createTime" })).map(({ length }) => length)).toEqual([
      100, 100, 51,
    ]);
    const none = { filter: "state = SUCCEEDED AND error.code = BUSY", orderBy: "createTime desc" };
    expect(await pages(none)).toEqual([[]]);
    for (const asked of [{ filter: "args.n = 1" }, { filter: "state = DONE" }, { orderBy: "name" }])
      await expect(pages(asked)).rejects.toThrow();
  });

  test("lines: each once, by number or by gateway, and so many of a command", async () => {
    const table = new LogTable(database.sequelize);
    const writer = new LogWriter(table, silent);
    await Promise.all([line(2, 50), line(1, 60), line(2, 70)].map((each) => writer.write(each)));
    const shown = await table.ofCommand(command(1).id, -1, 9);
    expect(shown.map(({ line: { seq, text } }) => [seq, text])).toEqual([
      [1, "é 漢 😀 1"],
      [2, "é 漢 😀 2"],
    ]);
    expect(await table.ofCommand(command(1).id, 1, 9)).toHaveLength(1);
    const [newest] = await table.ofGateway("gw:1", undefined, 1);
    expect(newest).toMatchObject({ line: { seq: 1 }, time: 60 });
    const place = { time: 60, commandId: command(1).id, seq: 1 };
    expect(await table.ofGateway("gw:1", place, 9)).toMatchObject([{ line: { seq: 2 }, time: 50 }]);
    await Promise.all(Array.from({ length: MAX_LINES + 10 }, (_, n) => writer.write(line(n + 3, 80))));
    expect(await table.ofCommand(command(1).id, -1, 2 * MAX_LINES)).toHaveLength(MAX_LINES);
  });

  test("what is old goes, all of it", async () => {
    const tables = [new CommandTable(database.sequelize), new LogTable(database.sequelize)] as const;
    await tables[0].add(Array.from({ length: 600 }, (_, n) => command(n)));
    await tables[1].add([line(1, 10), line(2, command(599).endTime)]);
    const removed = await removeBefore(command(599).endTime, tables, new AbortController().signal);
    expect(removed).toBe(600);
    expect(await tables[0].list("gw:1", newest(9))).toEqual([command(599)]);
    expect(await tables[1].ofCommand(command(1).id, -1, 9)).toHaveLength(1);
  });
});
