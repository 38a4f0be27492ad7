import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path/posix";
import ts from "typescript";
import { ACTIONS } from "../../actors/contracts/contract.ts";
import { EDGES } from "../../actors/contracts/edge.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** Where a service is put together, when that is not in the file of its name: it calls what it is given there, too. */
const MADE_IN: Readonly<Record<string, string>> = { "dead-letters": "application/redeliver.ts" };

/** Functions that call an action which they are told of, and the place of its name among their arguments. */
const CALLERS: ReadonlyMap<string, number> = new Map([
  ["call", 1],
  ["onNode", 0],
]);

/** One service calls an action of another one. */
type ServiceCall = { readonly from: string; readonly to: string; readonly action: string };

/** What one file says. */
type Source = {
  readonly imports: readonly string[];
  /** Services whose handlers are here, by the first parts of their actions' names. */
  readonly serves: readonly string[];
  /** Actions that are called from here. */
  readonly calls: readonly string[];
};

type Service = {
  readonly name: string;
  readonly files: ReadonlySet<string>;
  readonly serves: ReadonlySet<string>;
  readonly calls: ReadonlySet<string>;
};

const sources = new Map<string, Source>();

/** All calls between services, as the code has them: `call(..., "service.action")` in what each service is made of. */
export function serviceCalls(): ServiceCall[] {
  const all = services();
  const ownerOf = (action: string) => all.find(({ serves }) => serves.has(prefixOf(action)))?.name;
  return all.flatMap(({ name, calls }) =>
    [...calls].sort().flatMap((action) => {
      const to = ownerOf(action) ?? `nobody (${action})`;
      return to === name ? [] : [{ from: name, to, action }];
    }),
  );
}

/** Files that call, and belong to no service: nobody would know on whose behalf. */
export function strayCallers(): string[] {
  const known = new Set(services().flatMap(({ files }) => [...files]));
  const files = globSync("{application,mixins,services}/**/*.ts", { cwd: ROOT });
  return files.filter((file) => isCode(file) && sourceOf(file).calls.length > 0 && !known.has(file));
}

/** Services that call each other in a circle, the first one also at the end; undefined: there is no circle. */
export function circleIn(calls: readonly ServiceCall[]): string[] | undefined {
  const done = new Set<string>();
  const search = (service: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(service)) return [...way.slice(way.indexOf(service)), service];
    if (done.has(service)) return undefined;
    for (const { to } of calls.filter(({ from }) => from === service)) {
      const circle = search(to, [...way, service]);
      if (circle) return circle;
    }
    done.add(service);
    return undefined;
  };
  for (const { from } of calls) {
    const circle = search(from, []);
    if (circle) return circle;
  }
  return undefined;
}

/** For documents. The API is left out: it calls whatever is asked of it. */
export function drawing(calls: readonly ServiceCall[]): string {
  const shown = calls.filter(({ from }) => from !== "api");
  const lines = new Set(shown.map(({ from, to }) => `  ${from} --> ${to}`));
  return ["flowchart LR", ...lines].join("\n");
}

function services(): Service[] {
  return globSync("services/**/*.service.ts", { cwd: ROOT }).sort().map(serviceOf);
}

function serviceOf(file: string): Service {
  const name = basename(file, ".service.ts");
  const own = globSync(`${folderOf(file, name)}/**/*.ts`, { cwd: ROOT }).filter(isCode);
  const madeIn = globSync(MADE_IN[name] ?? `application/${name}.ts`, { cwd: ROOT });
  const files = closureOf([file, ...own, ...madeIn]);
  const parts = [...files].map(sourceOf);
  const serves = new Set(parts.flatMap((part) => part.serves));
  return { name, files, serves, calls: new Set(parts.flatMap(({ calls }) => calls)) };
}

function isCode(file: string): boolean {
  return !file.endsWith(".spec.ts");
}

/** What is in it belongs to the service also when it is put together elsewhere. */
function folderOf(file: string, name: string): string {
  const folder = dirname(file);
  return folder.split("/").length > 2 ? folder : `${folder}/${name}`;
}

/** The files and all that they import of services and mixins. */
function closureOf(files: readonly string[], seen = new Set<string>()): Set<string> {
  for (const file of files) {
    if (seen.has(file)) continue;
    seen.add(file);
    closureOf(sourceOf(file).imports, seen);
  }
  return seen;
}

function sourceOf(file: string): Source {
  const known = sources.get(file);
  if (known) return known;
  const source = read(file);
  sources.set(file, source);
  return source;
}

function read(file: string): Source {
  const tree = ts.createSourceFile(file, readFileSync(join(ROOT, file), "utf8"), ts.ScriptTarget.ESNext);
  const imports: string[] = [];
  const serves: string[] = [];
  const calls: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) imports.push(...importedBy(node, file));
    if (isCallOf("actions", node)) serves.push(...textsOf(node.arguments[0]));
    if (isCaller(node)) return;
    for (const [name, place] of CALLERS) {
      if (isCallOf(name, node)) calls.push(...actionsOf(node.arguments[place]));
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { imports, serves, calls };
}

/** Of services what is there when the code runs; of mixins also types: whoever names one is given one. */
function importedBy({ importClause, moduleSpecifier }: ts.ImportDeclaration, file: string): string[] {
  if (!ts.isStringLiteral(moduleSpecifier)) return [];
  const path = normalize(join(dirname(file), moduleSpecifier.text));
  const isType = importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  return /^mixins\/.*\.ts$/.test(path) || (!isType && /^services\/.*\.ts$/.test(path)) ? [path] : [];
}

function isCallOf(name: string, node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name;
}

/** Whom it calls is said where it is used. */
function isCaller(node: ts.Node): boolean {
  return ts.isFunctionDeclaration(node) && node.name !== undefined && CALLERS.has(node.name.text);
}

function textsOf(node: ts.Expression | undefined): string[] {
  return node && ts.isStringLiteral(node) ? [node.text] : [];
}

/** `${edge}.deliver`: of all edges; what is no text at all can be any action. */
function actionsOf(name: ts.Expression | undefined): string[] {
  if (name && ts.isStringLiteral(name)) return [name.text];
  if (!name || !ts.isTemplateExpression(name)) return Object.keys(ACTIONS);
  const { head, templateSpans } = name;
  const [span] = templateSpans;
  if (head.text !== "" || templateSpans.length !== 1 || !span) return Object.keys(ACTIONS);
  return EDGES.map((edge) => edge + span.literal.text);
}

function prefixOf(action: string): string {
  return action.slice(0, action.lastIndexOf("."));
}
