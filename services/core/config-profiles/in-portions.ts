const PORTION = 16;

/** What `work` gives for each item, in order; a few at a time. */
export async function inPortions<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += PORTION)
    results.push(...(await Promise.all(items.slice(at, at + PORTION).map(work))));
  return results;
}
