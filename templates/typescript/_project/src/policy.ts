// Decides by roles who may use which tools, resources and prompts.
import { parse } from "yaml";
import * as z from "zod";
import type { Caller } from "./caller.ts";
import type { Kind } from "./calls.ts";
import { messageOf } from "./lifecycle.ts";

/** The policy if MCP_RBAC_POLICY gives none. JSON is read as well. */
const builtIn = `
# Who may use what. Nothing is allowed that no role allows.
#
# MCP_RBAC_POLICY (the text) or MCP_RBAC_POLICY_FILE (a file with it) replaces
# this policy.

# A role lists the names that it allows; * stands for any text. A caller whose
# token carries a scope (or whose key carries a permission) named like a role
# has that role.
roles:
  operator:
    tools: ["*"]
    resources: ["*"]
    prompts: ["*"]
  reader:
    resources: ["*"]
    prompts: ["*"]

# Roles of callers by their id: user:SUBJECT for tokens, key:NAME for API keys,
# local over stdio, anonymous without a token (which the server accepts only on
# its own machine, unless told otherwise).
callers:
  local: [operator]
  anonymous: [operator]

# Capabilities that some things take besides a role that allows them: scopes of
# the token or permissions of the key.
needs: {}
#  tool:delete_*: [notes:delete]
#  resource:file:///private/*: [files:private]
`;

const names = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const table = <T extends z.ZodType>(of: T) => z.record(z.string(), of).nullish();

// Strict: a misspelt word must not open or close anything.
const schema = z
  .strictObject({
    roles: table(z.strictObject({ tools: names, resources: names, prompts: names })),
    callers: table(names), // caller id → roles
    needs: table(names), // KIND:PATTERN → scopes
  })
  .nullable();

type Role = Record<"tools" | "resources" | "prompts", string[]>;

const members = { tool: "tools", resource: "resources", prompt: "prompts" } as const;

function read(text: string): NonNullable<z.output<typeof schema>> {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new Error(messageOf(error).split("\n")[0]);
  }
  const { data, error } = schema.safeParse(value);
  if (error) throw new Error(error.issues.map((issue) => [...issue.path, issue.message].join(": ")).join("; "));
  return data ?? {};
}

/** Who may use what. */
export class Policy {
  readonly #roles: Map<string, Role>;
  readonly #callers: Map<string, string[]>;
  readonly #needs: { kind: string; pattern: string; scopes: string[] }[];

  /** Reads a policy in YAML or JSON; without a text, the built-in one. */
  constructor(text = "") {
    const { roles, callers, needs } = read(text.trim() === "" ? builtIn : text);
    this.#roles = new Map(Object.entries(roles ?? {}));
    this.#callers = new Map(Object.entries(callers ?? {}));
    for (const [caller, has] of this.#callers)
      for (const role of has)
        if (!this.#roles.has(role))
          throw new Error(`caller "${caller}" has the role "${role}", which is not among the roles`);
    this.#needs = Object.entries(needs ?? {}).map(([need, scopes]) => {
      const [, kind, pattern] = /^(tool|resource|prompt):(.*)$/s.exec(need) ?? [];
      if (kind === undefined || pattern === undefined)
        throw new Error(`"${need}" under needs must name a tool:, a resource: or a prompt: by that word`);
      return { kind, pattern, scopes };
    });
  }

  /** What is missing for the caller to use the thing of this kind and name; undefined: nothing. */
  missing(caller: Caller, kind: Kind, name: string): string | undefined {
    if (!this.#roleAllows(caller, kind, name)) return "no role of this caller allows it";
    const lacking = this.#needs
      .filter((need) => need.kind === kind && matches(need.pattern, name))
      .flatMap((need) => need.scopes)
      .find((scope) => !caller.has(scope));
    return lacking === undefined ? undefined : `it takes the scope "${lacking}"`;
  }

  #roleAllows(caller: Caller, kind: Kind, name: string): boolean {
    // Of callers that it lists the policy says all; of others their scopes do.
    const listed = this.#callers.get(caller.id);
    return [...this.#roles].some(
      ([role, allows]) =>
        (listed ? listed.includes(role) : caller.has(role)) &&
        allows[members[kind]].some((pattern) => matches(pattern, name)),
    );
  }
}

/** Compares a name with a pattern in which * stands for any text. */
export function matches(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return pattern === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
