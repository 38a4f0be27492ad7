import { curlOf } from "./curl.ts";
import { type Html, html } from "./html.ts";
import { resolved } from "./schemas.ts";
import { typeText } from "./type-text.ts";
import type { OpenApiDocument, Operation, Parameter, RequestBody, Response } from "./types.ts";

/** One operation on the page. */
export function operationSection(
  document: OpenApiDocument,
  method: string,
  path: string,
  operation: Operation,
): Html {
  const { operationId, summary, description, requestBody } = operation;
  return html`<section id="${operationId}">
<h3><b class="${method}">${method.toUpperCase()}</b> ${path}</h3>
<p>${summary}</p>
<p class="note">${operationId}. ${description}</p>
${parametersTable(operation.parameters.map((each) => resolved<Parameter>(document, each)))}
${requestBody && bodyTable(requestBody)}
${answersTable(document, operation)}
<pre>${curlOf(document, method, path, operation)}</pre>
</section>
`;
}

function parametersTable(parameters: readonly Parameter[]): Html | undefined {
  if (parameters.length === 0) return undefined;
  const rows = parameters.map(
    (each) =>
      html`<tr><td><code>${each.name}</code>${each.required ? " *" : ""}</td><td>${each.in}</td><td><code>${typeText(
        each.schema,
      )}</code></td><td>${noteOf(each)}</td></tr>\n`,
  );
  return html`<table>
<tr><th>parameter</th><th>in</th><th>type</th><th></th></tr>
${rows}</table>`;
}

/** What the type does not say. */
function noteOf({ description, schema }: Parameter): string {
  const limits = ["minimum", "maximum", "maxLength", "pattern"].flatMap((keyword) =>
    schema[keyword] === undefined ? [] : `${keyword} ${schema[keyword]}`,
  );
  return [...(description === undefined ? [] : [description]), ...limits].join("; ");
}

function bodyTable({ content, required }: RequestBody): Html {
  const rows = Object.entries(content).map(
    ([type, { schema }]) => html`<tr><td>${type}</td><td><code>${typeText(schema)}</code></td></tr>\n`,
  );
  return html`<table>
<tr><th>body${required ? " *" : ""}</th><th></th></tr>
${rows}</table>`;
}

function answersTable(document: OpenApiDocument, { responses }: Operation): Html {
  const isError = ([status]: [string, unknown]) => Number(status) >= 400;
  const entries = Object.entries(responses);
  const rows = entries
    .filter((entry) => !isError(entry))
    .map(([status, response]) => answerRow(status, resolved<Response>(document, response)));
  const errors = entries.filter(isError).map(([status]) => html`<a href="#errors">${status}</a> `);
  return html`<table>
<tr><th>answer</th><th></th></tr>
${rows}<tr><td>errors</td><td>${errors}</td></tr>
</table>`;
}

function answerRow(status: string, { description, content = {} }: Response): Html {
  const bodies = Object.entries(content).map(
    ([type, { schema }]) => html`${type} <code>${typeText(schema)}</code> `,
  );
  return html`<tr><td>${status}</td><td>${bodies.length > 0 ? bodies : description}</td></tr>\n`;
}
