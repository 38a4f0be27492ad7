import { DomainError } from "../../actors/contracts/errors.ts";
import { type Binding, JSON_TYPE } from "./binding.ts";
import type { RestRoute } from "./routes.ts";

type Headers = { readonly [name: string]: string | string[] | undefined };

/** Of the actions at a path, the one that takes bodies of the request's content type. */
export function bindingFor({ bindings }: RestRoute, headers: Headers): Binding {
  const [first] = bindings;
  if (!takesBody(first)) return first;
  const contentType = String(headers["content-type"] ?? JSON_TYPE);
  const [type = "", ...parameters] = contentType
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const binding = bindings.find(({ contentTypes }) => contentTypes.includes(type));
  if (!binding || !parameters.every(isUtf8) || !isPlain(headers))
    throw unsupported(bindings, contentType, headers);
  return binding;
}

function takesBody({ bodyParam, bodyFields }: Binding): boolean {
  return bodyParam !== undefined || bodyFields.size > 0;
}

function isUtf8(parameter: string): boolean {
  return !parameter.startsWith("charset=") || /^charset="?utf-?8"?$/.test(parameter);
}

/** Compressed bodies are not taken: their size is not known before it is too late. */
function isPlain(headers: Headers): boolean {
  return (headers["content-encoding"] ?? "identity") === "identity";
}

function unsupported(bindings: readonly Binding[], contentType: string, headers: Headers): DomainError {
  const encoding = isPlain(headers) ? "" : ` (${headers["content-encoding"]})`;
  const supported = bindings.flatMap(({ contentTypes }) => contentTypes).join(", ");
  return new DomainError("UNSUPPORTED_MEDIA_TYPE", { contentType: contentType + encoding, supported });
}
