import { exampleOf } from "./example.ts";
import { resolved } from "./schemas.ts";
import type { OpenApiDocument, Operation, Parameter } from "./types.ts";

/** How to try an operation from a shell. */
export function curlOf(
  document: OpenApiDocument,
  method: string,
  path: string,
  operation: Operation,
): string {
  const [contentType, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const lines = [
    ...(method === "get" ? ["curl"] : [`curl -X ${method.toUpperCase()}`]),
    ...(operation.security?.length === 0 ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...(contentType === undefined ? [] : [`-H ${quoted(`Content-Type: ${contentType}`)}`]),
    ...(media ? [`-d ${quoted(JSON.stringify(exampleOf(document, media.schema)))}`] : []),
    `"$URL${pathOf(document, path, operation)}"`,
  ];
  return lines.join(" \\\n  ");
}

function pathOf(document: OpenApiDocument, path: string, { parameters }: Operation): string {
  const all = parameters.map((each) => resolved<Parameter>(document, each));
  const textOf = ({ name, schema }: Parameter) =>
    encodeURIComponent(String(exampleOf(document, schema, name)));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = all.find((each) => each.name === name);
    return parameter ? textOf(parameter) : name;
  });
  const query = all.filter((each) => each.in === "query" && each.required);
  const pairs = query.map((each) => `${each.name}=${textOf(each)}`);
  return pairs.length === 0 ? filled : `${filled}?${pairs.join("&")}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
