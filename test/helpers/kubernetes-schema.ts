/** What every object of Kubernetes has. */
export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

type Problem = { readonly instancePath: string; readonly keyword: string };
type Validate = ((data: unknown) => boolean) & { readonly errors?: readonly Problem[] | null };

/**
 * What is wrong with an object: what its schema says, and fields that the schema does not know. The validators of
 * kubernetes-models pass over unknown fields; but they read each field that they know, and every key of a map.
 */
export async function problemsOf(object: KubernetesObject): Promise<string[]> {
  const validate = await validatorOf(object);
  const read = new Set<string>();
  const isValid = validate(recorded(object, "", read));
  const errors = isValid ? [] : (validate.errors ?? []);
  return [
    ...errors.map(({ instancePath, keyword }) => `${instancePath}: ${keyword}`),
    ...pathsOf(object)
      .map((path) => `/${path.join("/")}`)
      .filter((path) => !read.has(path))
      .map((path) => `${path}: unknown`),
  ];
}

async function validatorOf({ apiVersion, kind }: KubernetesObject): Promise<Validate> {
  const [version = "", group = "core"] = apiVersion.split("/").reverse();
  const names = [group.split(".")[0] ?? "", version].map(
    (name) => name.charAt(0).toUpperCase() + name.slice(1),
  );
  const path = `kubernetes-models/_schemas/IoK8sApi${names.join("")}${kind}`;
  const schema: { validate: Validate } = await import(/* @vite-ignore */ path);
  return schema.validate;
}

/** The value, which notes what of it is read. */
function recorded(value: unknown, path: string, read: Set<string>): unknown {
  if (typeof value !== "object" || value === null) return value;
  return new Proxy(value, {
    get(target, key) {
      const field: unknown = Reflect.get(target, key);
      if (typeof key === "symbol" || !Object.hasOwn(target, key)) return field;
      read.add(`${path}/${key}`);
      return recorded(field, `${path}/${key}`, read);
    },
  });
}

/** The keys that lead to each field and element, at every depth. */
export function pathsOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, field]) => [
    [key],
    ...pathsOf(field).map((path) => [key, ...path]),
  ]);
}
