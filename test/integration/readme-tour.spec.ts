import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { DomainError, ERRORS, type ErrorType, errorCodeOf } from "../../actors/contracts/errors.ts";
import { freePort } from "../../scripts/servers/free-port.ts";
import { errorAnswer } from "../../services/bff/error-answer.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { waitFor } from "../helpers/wait-for.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const README = read("README.md");

/** What the tour prints differently each time. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  "<time>": String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|\d{13})`,
  "<password>": String.raw`[\w-]{43}`,
  "<id>": "[0-9a-f-]{36}",
};

type Block = { readonly info: string; readonly text: string };
type Step = { readonly terminal: "first" | "second"; readonly script: string; readonly output: string };

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function blocksOf(markdown: string): Block[] {
  const fences = markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm);
  return Array.from(fences, ([, info = "", text = ""]) => ({ info, text }));
}

/** The commands in their order, each with what the README says it prints: nothing when it says nothing. */
function stepsOf(markdown: string): Step[] {
  const blocks = blocksOf(markdown);
  return blocks.flatMap(({ info, text: script }, index): Step[] => {
    if (info === "sh first-terminal") return [{ terminal: "first", script, output: "" }];
    if (info !== "sh tour") return [];
    const next = blocks[index + 1];
    return [{ terminal: "second", script, output: next?.info === "text" ? next.text : "" }];
  });
}

/** White space is left out on both sides: the README wraps long lines. */
function patternOf(output: string): RegExp {
  const literal = output.replace(/\s+/g, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = Object.entries(PLACEHOLDERS).reduce(
    (text, [name, regex]) => text.replaceAll(name, () => regex),
    literal,
  );
  return new RegExp(`^${pattern}$`);
}

/** The second terminal: one bash for the whole tour. */
class Terminal {
  readonly #bash: ChildProcessWithoutNullStreams;
  #output = "";
  #steps = 0;

  constructor(env: Record<string, string>) {
    this.#bash = spawn("bash", { cwd: ROOT, env: { PATH: process.env.PATH, ...env }, detached: true });
    this.#bash.stdout.on("data", (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#bash.stdin.write("exec 2>&1\n");
  }

  async run(script: string): Promise<string> {
    const mark = `end-of-step-${++this.#steps}`;
    this.#output = "";
    this.#bash.stdin.write(`${script}\necho ${mark}\n`);
    await waitFor(`the end of:\n${script}`, () => this.#output.includes(`${mark}\n`) || this.#end(), 20_000);
    return this.#output.replace(`${mark}\n`, "");
  }

  /** With everything it has started: they are one process group. */
  close(): void {
    if (this.#bash.pid !== undefined && this.#bash.exitCode === null)
      process.kill(-this.#bash.pid, "SIGKILL");
  }

  #end(): false {
    if (this.#bash.exitCode === null) return false;
    throw new Error(`bash ended; it wrote: ${this.#output}`);
  }
}

type Place = { readonly dataDir: string; readonly httpPort: number; readonly mqttPort: number };

/** The first terminal: the product, started as often as the tour says so. */
class Server {
  readonly #options: Place;
  #product: Product | undefined;

  constructor(options: Place) {
    this.#options = options;
  }

  async start(command: string): Promise<void> {
    const [, ADMIN_TOKEN = ""] = /^ADMIN_TOKEN=(\S+) npm start\n$/.exec(command) ?? [];
    expect(ADMIN_TOKEN, command).not.toBe("");
    const before = this.#product?.child;
    await waitFor("the end of the killed process", () => !before || before.signalCode === "SIGKILL");
    this.#product = await startProduct({ ...this.#options, env: { ADMIN_TOKEN } });
  }

  async stop(): Promise<void> {
    await this.#product?.kill("SIGKILL");
  }
}

describe("the README's tour", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: Server;
  let terminal: Terminal;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    const [httpPort, mqttPort] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
    server = new Server({ dataDir: directory.path, httpPort, mqttPort });
    terminal = new Terminal({ HTTP: `http://127.0.0.1:${httpPort}`, MQTT_PORT: String(mqttPort) });
  });

  afterAll(async () => {
    terminal.close();
    await server.stop();
    await directory.remove();
  });

  it("does and prints, word for word, what it says", async () => {
    const steps = stepsOf(README);
    expect(steps.filter(({ terminal }) => terminal === "first")).toHaveLength(2);
    expect(steps.length).toBeGreaterThan(10);
    for (const step of steps) {
      if (step.terminal === "first") await server.start(step.script);
      else {
        const output = await terminal.run(step.script);
        expect(output.replace(/\s+/g, ""), step.script).toMatch(patternOf(step.output));
      }
    }
  }, 90_000);
});

const PAGES = ["README.md", "CHANGELOG.md", ...globSync("docs/**/*.md", { cwd: ROOT })];

function anchorsOf(markdown: string): string[] {
  const headings = markdown.matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

function isThere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  return existsSync(join(ROOT, target)) && (anchor === undefined || anchorsOf(read(target)).includes(anchor));
}

describe.each(PAGES)("%s", (page) => {
  test("links only to what exists", () => {
    const links = Array.from(read(page).matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link);
    const inside = links.filter((link) => !link.startsWith("https://"));
    expect(inside.filter((link) => !isThere(page, link))).toEqual([]);
  });

  test("names only files and folders that exist", () => {
    const paths = Array.from(
      read(page).matchAll(
        /`((?:actors|mixins|stores|services|simulator|bench|test|docs|scripts)\/[\w./-]+)`/g,
      ),
      ([, path = ""]) => path,
    );
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

function tableOf(markdown: string, header: string): string[][] {
  const [, rows = ""] = markdown.split(`${header}\n`);
  const lines = rows.split("\n").slice(1);
  const end = lines.findIndex((line) => !line.startsWith("|"));
  return lines.slice(0, end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("docs/errors.md lists exactly the errors of the table, as they are answered", () => {
  const rows = tableOf(read("docs/errors.md"), "| errorCode | status | reason | retry | when |");
  const types = Object.keys(ERRORS) as ErrorType[];
  const expected = types.map((type) => {
    const { error } = JSON.parse(errorAnswer(new DomainError(type), "id").body);
    return [errorCodeOf(type), error.status, type, ERRORS[type].retryable ? "yes" : "no"].join(" ");
  });
  expect(rows.map((row) => row.slice(0, 4).join(" ")).sort()).toEqual(expected.sort());
  expect(rows.every(([, , , , when]) => when)).toBe(true);
});

test("the README lists exactly the variables that env.ts reads", () => {
  const [, specs = ""] = /^const SPECS = \{\n([\s\S]*?)^\};$/m.exec(read("env.ts")) ?? [];
  const known = Array.from(specs.matchAll(/^ {2}([A-Z_]+):/gm), ([, name = ""]) => name);
  const table = tableOf(README, "| variable | default | meaning |");
  const listed = table.flatMap(([names = ""]) =>
    Array.from(names.matchAll(/`(\w+)`/g), ([, name = ""]) => name),
  );
  expect(listed.sort()).toEqual(known.sort());
});
