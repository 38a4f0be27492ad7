import type { CommandView } from "../../../actors/command/contract.ts";
import { Command } from "../../../actors/contracts/commands.ts";
import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { firstThatFit } from "../../../mixins/actor-asks.ts";
import { matches, valueAt } from "../../../mixins/filter/matches.ts";
import { fieldsOf, parseFilter, requireFields } from "../../../mixins/filter/parse.ts";
import { printFilter } from "../../../mixins/filter/print.ts";
import { keyOfToken, orderOf, pageSizeOf, pageTokenOf, scanPage } from "../../../mixins/paging.ts";
import type { CommandTable, Place } from "./command-table.ts";
import type { LogTable } from "./log-table.ts";
import { commandResource } from "./resource.ts";

/** Results are large: a page may be shorter than was asked for, and still have a next one. */
const MAX_PAGE = 100;
const NEWEST_FIRST = "createTime desc";
/** What is in them can be asked for, too. */
const DOCUMENTS = ["result", "error"];

/** `recent`: what the actor has; the table may lag behind it. */
export async function listCommands(
  table: CommandTable,
  { gatewayId, pageSize, pageToken, ...asked }: Params<"commands.list">,
  recent: readonly CommandView[],
): Promise<Result<"commands.list">> {
  const filter = parseFilter(asked.filter);
  requireFields(filter, fieldsOf(Command.properties, DOCUMENTS), Command.properties);
  const { descending } = orderOf(asked.orderBy?.trim() || NEWEST_FIRST, ["createTime"]);
  const scope = ["commands", gatewayId, printFilter(filter), String(descending)];
  const { rows, next } = await scanPage({
    pageSize: Math.min(pageSizeOf(pageSize), MAX_PAGE),
    maxChunk: MAX_PAGE + 1,
    start: keyOfToken(pageToken, scope, [0, ""]),
    fetch: async (key, limit) => {
      const after = key && { createTime: Number(key[0]), id: String(key[1]) };
      const older = await table.list(gatewayId, { after, descending, limit });
      const newer = recent.filter((command) => !after || compare(after, command, descending) < 0);
      const all = [...new Map([...older, ...newer].map((command) => [command.id, command])).values()];
      return all.toSorted((a, b) => compare(a, b, descending)).slice(0, limit);
    },
    keyOf,
    accepts: (command) => matches(filter, (path) => valueAt(commandResource(command), path)),
  });
  const page = thatFit(rows);
  const last = page.length < rows.length ? page.at(-1) : undefined;
  return {
    commands: page.map(commandResource),
    nextPageToken: pageTokenOf(scope, last ? keyOf(last) : next),
  };
}

function keyOf({ createTime, id }: Place): [number, string] {
  return [createTime, id];
}

export async function listLog(
  table: LogTable,
  { commandId, pageSize, pageToken }: Params<"commands.log">,
): Promise<Result<"commands.log">> {
  const scope = ["commandLog", commandId];
  const [after = -1] = keyOfToken(pageToken, scope, [0]) ?? [];
  const limit = Math.min(pageSizeOf(pageSize), MAX_PAGE);
  const lines = await table.ofCommand(commandId, Number(after), limit + 1);
  const page = thatFit(lines.slice(0, limit));
  const last = page.length < lines.length ? page.at(-1) : undefined;
  return {
    log: page.map(({ line }) => line),
    nextPageToken: pageTokenOf(scope, last && [last.line.seq]),
  };
}

export async function listGatewayLog(
  table: LogTable,
  { gatewayId, pageSize, pageToken }: Params<"commands.gatewayLog">,
): Promise<Result<"commands.gatewayLog">> {
  const scope = ["gatewayLog", gatewayId];
  const key = keyOfToken(pageToken, scope, [0, "", 0]);
  const after = key && { time: Number(key[0]), commandId: String(key[1]), seq: Number(key[2]) };
  const limit = Math.min(pageSizeOf(pageSize), MAX_PAGE);
  const lines = await table.ofGateway(gatewayId, after, limit + 1);
  const page = thatFit(lines.slice(0, limit));
  const last = page.length < lines.length ? page.at(-1) : undefined;
  return {
    commandLog: page.map(({ line }) => line),
    nextPageToken: pageTokenOf(scope, last && [last.time, last.line.commandId, last.line.seq]),
  };
}

function compare(a: Place, b: Place, descending: boolean): number {
  const order = a.createTime - b.createTime || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  return descending ? -order : order;
}

function thatFit<Item>(items: readonly Item[]): readonly Item[] {
  const outcomes = items.map((reply) => ({ ok: true, reply }) as const);
  return items.slice(0, firstThatFit(outcomes).length);
}
