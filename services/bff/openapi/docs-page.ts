import { ERRORS, type ErrorType, errorCodeOf } from "../../../actors/contracts/errors.ts";
import { STYLE } from "./docs-style.ts";
import { type Html, html } from "./html.ts";
import { operationSection } from "./operation-section.ts";
import { membersText, typeText } from "./type-text.ts";
import { METHODS, type OpenApiDocument, type Operation } from "./types.ts";

type Placed = { readonly method: string; readonly path: string; readonly operation: Operation };

/** The document for people: one page that needs nothing else. */
export function docsPage(document: OpenApiDocument): string {
  const { title, version, description } = document.info;
  const operations = operationsOf(document);
  const tags = document.tags.map(({ name }) => ({
    name,
    operations: operations.filter(({ operation }) => operation.tags.includes(name)),
  }));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} API</title>
<style>${STYLE}</style>
</head>
<body>
<nav>
<h1>${title} <small>${version}</small></h1>
${tags.map(({ name, operations }) => navigation(name, operations))}
<h2><a href="#errors">errors</a></h2>
<h2><a href="#schemas">schemas</a></h2>
</nav>
<main>
${description.split("\n\n").map((text) => html`<p>${text}</p>\n`)}
<p>All paths but those under <a href="#pages">pages</a> want <code>Authorization: Bearer &lt;token&gt;</code>. For machines: <a href="/openapi.json">/openapi.json</a>.</p>
${tags.map(
  ({ name, operations }) => html`<h2 id="${name}">${name}</h2>
${operations.map(({ method, path, operation }) => operationSection(document, method, path, operation))}`,
)}
${errorsTable()}
${schemaList(document)}
</main>
</body>
</html>
`;
  return page.text;
}

function operationsOf({ paths }: OpenApiDocument): Placed[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method, path, operation }] : [];
    }),
  );
}

function navigation(name: string, operations: readonly Placed[]): Html {
  const links = operations.map(
    ({ operation: { operationId } }) => html`<li><a href="#${operationId}">${operationId}</a></li>\n`,
  );
  return html`<h2><a href="#${name}">${name}</a></h2>
<ul>
${links}</ul>
`;
}

function errorsTable(): Html {
  const rows = (Object.keys(ERRORS) as ErrorType[]).map((type) => {
    const { code, message, retryable } = ERRORS[type];
    return html`<tr><td>${code}</td><td><code>${type}</code></td><td>${errorCodeOf(type)}</td><td>${
      retryable ? "yes" : "no"
    }</td><td>${message}</td></tr>\n`;
  });
  return html`<h2 id="errors">errors</h2>
<table>
<tr><th>status</th><th>reason</th><th>errorCode</th><th>try again</th><th>message</th></tr>
${rows}</table>
`;
}

function schemaList({ components }: OpenApiDocument): Html {
  const each = Object.entries(components.schemas).map(([name, schema]) => {
    const text = schema.properties === undefined ? typeText(schema) : lines(membersText(schema, noteOf));
    return html`<h3 id="schema-${name}">${name}</h3>
<pre>${text}</pre>
`;
  });
  return html`<h2 id="schemas">schemas</h2>
${each}`;
}

function noteOf({ description }: { readonly description?: unknown }): string {
  return typeof description === "string" ? `/** ${description} */ ` : "";
}

function lines(members: string): string {
  return members
    .replace(/^\{ /, "{\n  ")
    .replace(/; (?=readonly |\/\*\*)/g, ";\n  ")
    .replace(/ \}$/, "\n}");
}
