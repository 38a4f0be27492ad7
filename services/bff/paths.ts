/** Paths of the contract: `:name` at the start of a segment is a parameter, any other colon is literal. */
type Segment = { readonly parameter?: string; readonly text: string };

export function parametersOf(path: string): string[] {
  return segmentsOf(path).flatMap(({ parameter }) => parameter ?? []);
}

/** The path in the language of path-to-regexp, where a literal colon (AIP-136) needs a backslash. */
export function patternOf(path: string): string {
  return segmentsOf(path).map(segmentPattern).join("/");
}

/** The path as OpenAPI writes it. */
export function bracedPath(path: string): string {
  return segmentsOf(path)
    .map(({ parameter, text }) => (parameter === undefined ? text : `{${parameter}}${text}`))
    .join("/");
}

/** Sorts, of two paths that both match, the one with the literal text where they first differ before the other. */
export function rankOf(path: string): string {
  return segmentsOf(path).map(segmentRank).join("");
}

function segmentPattern({ parameter, text }: Segment): string {
  const literal = text.replaceAll(":", "\\:");
  return parameter === undefined ? literal : `:${parameter}${literal}`;
}

function segmentRank({ parameter, text }: Segment): string {
  if (parameter === undefined) return "0";
  return text === "" ? "2" : "1";
}

function segmentsOf(path: string): Segment[] {
  return path.split("/").map((segment) => {
    const [, parameter, text = ""] = /^:([A-Za-z]+)(.*)$/.exec(segment) ?? [];
    return parameter === undefined ? { text: segment } : { parameter, text };
  });
}
