import { Artifact } from "../../../actors/contracts/artifacts.ts";
import { checker } from "../../../actors/contracts/validate.ts";

const check = checker(Artifact.properties.labels);

/** Of `name=value,name=value`. Throws INVALID_ARGUMENT. */
export function labelsOf(text: string | undefined): Artifact["labels"] {
  if (!text) return {};
  const pairs = text.split(",").map((pair): [string, string] => {
    const at = pair.indexOf("=");
    return at < 0 ? [pair.trim(), ""] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  });
  return check(Object.fromEntries(pairs));
}
