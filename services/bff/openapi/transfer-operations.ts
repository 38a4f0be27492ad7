import type { RestBinding } from "../../../actors/contracts/action.ts";
import type { RestRoute } from "../routes.ts";
import { errorRefs } from "./errors.ts";
import { headerRefs, parameterRef } from "./headers.ts";
import { operationOf } from "./operations.ts";
import type { Schemas } from "./schemas.ts";
import type { Operation, Response } from "./types.ts";

/** Any bytes, of any type. */
const CONTENT = { "*/*": { schema: {} } };

/** A route whose body, or whose answer, is a file. */
export function transferOperation(
  route: RestRoute,
  transfer: NonNullable<RestBinding["transfer"]>,
  schemas: Schemas,
): Operation {
  const operation = operationOf(route, schemas);
  if (transfer === "download") return downloading(operation);
  return { ...operation, requestBody: { required: true, content: CONTENT } };
}

function downloading({ parameters, responses, ...operation }: Operation): Operation {
  const { 200: _, ...others } = responses;
  const headers = headerRefs("ETag");
  const part: Response = {
    description: "A part of the content.",
    headers: headerRefs("ETag", "Content-Range"),
    content: CONTENT,
  };
  return {
    ...operation,
    parameters: [...parameters, parameterRef("range"), parameterRef("ifNoneMatch")],
    responses: {
      200: { description: "The content.", headers, content: CONTENT },
      206: part,
      304: { description: "The caller has it already.", headers },
      ...others,
      ...errorRefs([416]),
    },
  };
}
