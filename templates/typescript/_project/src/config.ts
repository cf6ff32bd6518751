// What the server is told by its environment.
//
// Every setting is a variable named MCP_…; a file of NAME=value lines may give
// them too, and the environment wins over the file. A variable NAME that is not
// set is read from the file that NAME_FILE names, as secrets are mounted.
import { readFileSync } from "node:fs";
import * as z from "zod";

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The milliseconds of a duration such as 1h30m or 250ms; undefined if it is none. */
export function milliseconds(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return text === "0" ? 0 : undefined;
  let sum = 0;
  for (const [, n, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) sum += Number(n) * (units[unit ?? ""] ?? 0);
  return sum;
}

const duration = (fallback: string, least = 0) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const n = milliseconds(text);
      if (n !== undefined && n >= least) return n;
      context.addIssue(n === undefined ? `${text} is no duration such as 20s or 1h30m` : "must be more than nothing");
      return z.NEVER;
    });
const positive = (fallback: number) =>
  z.coerce.number("must be a number").int("must be whole").positive("must be more than nothing").default(fallback);
const list = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== ""),
  );
const pairs = (fallback = "") =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const found: Record<string, string> = {};
      for (const pair of text.split(",").filter((p) => p.trim() !== "")) {
        const at = pair.indexOf("=");
        if (at < 1) context.addIssue(`${pair} is not name=value`);
        else found[pair.slice(0, at).trim()] = pair.slice(at + 1).trim();
      }
      return found;
    });
const address = z
  .string()
  .default("")
  .refine(
    (text) => text === "" || /^(\[[0-9a-f:.]+\]|[^:]*):\d{1,5}$/i.test(text),
    "write host:port, such as 127.0.0.1:8080",
  );

const settings = z
  .object({
    MCP_HTTP_ADDR: address, // host:port of the MCP port; empty: stdio
    MCP_ADMIN_ADDR: address, // host:port of the admin port; empty: none
    MCP_HTTP_ORIGINS: list,
    MCP_HTTP_HOSTS: list,
    MCP_HTTP_MAX_BODY: positive(4194304), // bytes

    MCP_DRAIN_DELAY: duration("0s"), // from not ready to not listening, for load balancers
    MCP_DRAIN_TIMEOUT: duration("20s", 1), // for answers under way
    MCP_STOP_TIMEOUT: duration("5s", 1), // for each shutdown hook
    MCP_CHECK_EVERY: duration("60s", 1), // dependency checks
    MCP_STATS_EVERY: duration("300s", 1), // counters to the log
    MCP_KEEP_ALIVE: duration("600s"), // pings to clients of the handshake era
    MCP_LIST_TTL: duration("60s"), // how long clients may keep lists

    MCP_FETCH_HOSTS: list, // hosts that the tool fetch_page may ask; none: no such tool
    MCP_UPSTREAMS: pairs(), // addresses of services, as name=https://…
    //mcpctl:if health
    MCP_HEALTH_CHECK_TIMEOUT: duration("2s", 1), // how long a probe waits for the dependency checks
    MCP_HEALTH_CACHE_FOR: duration("5s"), // how long their results are given again
    //mcpctl:end
    //mcpctl:if headers
    MCP_HSTS_MAX_AGE: duration("8760h"), // how long browsers insist on TLS; 0: not told
    //mcpctl:end
    //mcpctl:if pagination
    MCP_PAGE_SIZE: positive(50), // items in a page of a list
    //mcpctl:end
    //mcpctl:if timeouts
    MCP_TIMEOUT: duration("30s", 1), // of every call
    MCP_TIMEOUT_TOOLS: pairs("delete_note=5m,share_note=5m,summarise_note=2m"), // of single tools
    //mcpctl:end
  })
  .superRefine((s, context) => {
    const wrong = (name: string, message: string) => context.addIssue({ code: "custom", path: [name], message });
    if (s.MCP_HTTP_ADDR !== "" && s.MCP_HTTP_ADDR === s.MCP_ADMIN_ADDR)
      wrong("MCP_ADMIN_ADDR", "is MCP_HTTP_ADDR: the admin port must be another");
    for (const origin of s.MCP_HTTP_ORIGINS)
      if (origin !== "*" && (!URL.canParse(origin) || new URL(origin).origin !== origin))
        wrong("MCP_HTTP_ORIGINS", `${origin}: write scheme://host[:port]`);
    //mcpctl:if timeouts
    for (const [tool, text] of Object.entries(s.MCP_TIMEOUT_TOOLS))
      if ((milliseconds(text) ?? 0) <= 0)
        wrong("MCP_TIMEOUT_TOOLS", `${text} of ${tool} must be a duration above zero`);
    //mcpctl:end
  });

/** All that can be set, checked. It is not changed after load. */
export type Config = z.output<typeof settings>;

/**
 * Reads the settings from the environment and, beneath it, from a file of
 * NAME=value lines. Everything that is wrong comes in one error; what is merely
 * doubtful comes as warnings.
 */
export function load(file: string, environment: NodeJS.ProcessEnv): { config: Config; warnings: string[] } {
  const variables: NodeJS.ProcessEnv = { ...(file === "" ? {} : readSettings(file)), ...environment };
  const errors: string[] = [];
  const warnings: string[] = [];
  const known = Object.keys(settings.shape);
  for (const name of known) {
    const from = variables[`${name}_FILE`];
    if (variables[name] !== undefined || !from) continue;
    try {
      variables[name] = readFileSync(from, "utf8").trim();
    } catch (error) {
      errors.push(`${name}_FILE: ${error instanceof Error ? error.message : error}`);
    }
  }
  for (const name of Object.keys(variables))
    if (name.startsWith("MCP_") && !known.includes(name.replace(/_FILE$/, "")) && !known.includes(name))
      warnings.push(`${name} is set but no setting has this name`);
  // An empty variable is as good as none.
  const parsed = settings.safeParse(Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== "")));
  for (const issue of parsed.error?.issues ?? []) errors.push(`${issue.path.join(".")}: ${issue.message}`);
  if (!parsed.success || errors.length > 0) throw new Error(errors.join("\n"));
  const { data } = parsed;
  const host = data.MCP_HTTP_ADDR.replace(/:\d+$/, "");
  if (data.MCP_HTTP_ADDR !== "" && !/^(localhost|127\..*|\[::1\])$/.test(host) && data.MCP_HTTP_HOSTS.length === 0)
    warnings.push(
      "MCP_HTTP_HOSTS is empty although the MCP port is open to others: list the host names that clients use",
    );
  return { config: data, warnings };
}

/** As in the files that containers are given, nothing is quoted and nothing expanded. */
function readSettings(name: string): Record<string, string> {
  const found: Record<string, string> = {};
  let text: string;
  try {
    text = readFileSync(name, "utf8");
  } catch (error) {
    throw new Error(`reading the configuration: ${error instanceof Error ? error.message : error}`);
  }
  for (const [i, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const at = line.indexOf("=");
    if (at < 0) throw new Error(`${name}:${i + 1}: a setting is written NAME=value`);
    found[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return found;
}

/** The address of a service: what MCP_UPSTREAMS says, else fallback. */
export function upstream(config: Config, service: string, fallback: string): string {
  return config.MCP_UPSTREAMS[service] || fallback;
}
