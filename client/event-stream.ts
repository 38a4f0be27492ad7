/** What is sent at once; an id may come without an event. */
type Block = {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string | undefined;
};

/** Server-sent events, as far as the stream goes. */
export async function* eventsOf(body: Response["body"]): AsyncGenerator<Block> {
  if (!body) return;
  for await (const block of blocksOf(body)) {
    const fields = fieldsOf(block);
    yield { id: fields.get("id"), event: fields.get("event"), data: fields.get("data") };
  }
}

/** What stands between empty lines. The server ends lines with LF. */
async function* blocksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const blocks = (rest + decoder.decode(part.value, { stream: true })).split("\n\n");
      rest = blocks.pop() ?? "";
      yield* blocks;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const [, name = "", value = ""] = /^([a-z]*):? ?(.*)$/s.exec(line) ?? [];
    fields.set(name, value);
  }
  return fields;
}
