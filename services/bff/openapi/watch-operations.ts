import type { WatchContract } from "../../../actors/contracts/watch.ts";
import { parametersOf } from "../paths.ts";
import { errorRefs, errorStatusesOf } from "./errors.ts";
import { headerRefs, parameterRef } from "./headers.ts";
import { membersOf } from "./members.ts";
import { accessOf, tagOf, wordsOf } from "./operations.ts";
import type { Schemas } from "./schemas.ts";
import type { Operation, Parameter } from "./types.ts";

const STREAM =
  "Server-sent events: `id` to come back with, `event` the type, `data` one JSON document. A stream that cannot go on " +
  "ends with an event `error`, whose data is an error body.";

/** A watch of the open API. OpenAPI 3.1 cannot type the events of a stream: `x-event-data` does. */
export function watchOperation(name: string, watch: WatchContract, schemas: Schemas): Operation {
  const { rest, summary = wordsOf(name), data = {} } = watch;
  const inPath = parametersOf(rest.path);
  const parameters = [...membersOf(watch.params)].map(
    ([member, { schema, isRequired }]): Parameter => ({
      name: member,
      in: inPath.includes(member) ? "path" : "query",
      ...(isRequired && { required: true }),
      schema: schemas.of(schema),
    }),
  );
  const statuses = errorStatusesOf({
    isRead: true,
    hasParameters: inPath.length > 0,
    takesBody: false,
    takesVersion: false,
  });
  const stream = { schema: { type: "string" }, "x-event-data": schemas.of(data) };
  return {
    operationId: name,
    summary,
    tags: [tagOf(name)],
    ...accessOf(rest.role),
    parameters: [...parameters, parameterRef("lastEventId"), parameterRef("requestId")],
    responses: {
      200: { description: STREAM, headers: headerRefs(), content: { "text/event-stream": stream } },
      ...errorRefs(statuses),
    },
  };
}
