import peggy from "peggy";
import { DomainError, type ErrorData } from "../../actors/contracts/errors.ts";
import { comparisonsOf, type Filter } from "./ast.ts";
import { GRAMMAR } from "./grammar.ts";
import { type Members, mismatchOf } from "./literals.ts";

const MAX_LENGTH = 4096;
const MAX_DEPTH = 20;

const parser = peggy.generate(GRAMMAR);

/** Throws INVALID_FILTER with the position (from 1) where it stops making sense. No text: all match. */
export function parseFilter(text = ""): Filter {
  if (text.length > MAX_LENGTH) throw invalid(`it is longer than ${MAX_LENGTH} characters`, MAX_LENGTH);
  refuseDepth(text);
  try {
    const filter: Filter = parser.parse(text);
    return filter;
  } catch (error) {
    if (!(error instanceof parser.SyntaxError)) throw error;
    throw invalid(error.message.replace(/\.$/, ""), error.location.start.offset);
  }
}

/** Throws INVALID_FILTER when it asks for what there is not, or compares one of `members` with what it can never be. */
export function requireFields(
  filter: Filter,
  isKnown: (path: readonly string[]) => boolean,
  members: Members = {},
): void {
  for (const comparison of comparisonsOf(filter)) {
    const { path } = comparison;
    if (!isKnown(path)) throw refused(`there is no field '${path.join(".")}'`);
    const mismatch = mismatchOf(comparison, members);
    if (mismatch !== undefined) throw refused(mismatch);
  }
}

/** The fields of a resource: its members, and whatever is in those of them that are documents. */
export function fieldsOf(members: Members, documents: readonly string[] = []) {
  return ([name = "", ...below]: readonly string[]): boolean =>
    documents.includes(name) || (below.length === 0 && Object.hasOwn(members, name));
}

/** The parser calls itself for each parenthesis. */
function refuseDepth(text: string): void {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[()]/gs)) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (depth > MAX_DEPTH) throw invalid(`it is nested deeper than ${MAX_DEPTH} levels`, index);
  }
}

function invalid(problem: string, offset: number): DomainError {
  const position = offset + 1;
  return refused(`${problem} (at ${position})`, { position });
}

function refused(problem: string, data: ErrorData = {}): DomainError {
  return new DomainError("INVALID_FILTER", { problem, ...data }, [{ field: "filter", description: problem }]);
}
