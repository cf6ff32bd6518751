// What the server is told by its environment.
//
// Every setting is a variable named MCP_…; a file of NAME=value lines may give
// them too, and the environment wins over the file. A variable NAME that is not
// set is read from the file that NAME_FILE names, as secrets are mounted.
import { readFileSync } from "node:fs";
import * as z from "zod";
//mcpctl:if apikeys
import { parseKeys } from "./apikeys.ts";
//mcpctl:end
//mcpctl:if jwt
import { checkJwt } from "./jwt.ts";
//mcpctl:end
//mcpctl:if apikeys || rbac
import { messageOf } from "./lifecycle.ts";
//mcpctl:end
//mcpctl:if oauth
import { checkOAuth } from "./oauth.ts";
//mcpctl:end
//mcpctl:if rbac
import { Policy } from "./policy.ts";
//mcpctl:end
//mcpctl:if redis
import { isRedis } from "./redis.ts";
//mcpctl:end
//mcpctl:if elicitation || jwt || redis || secrets
import { Secret } from "./secret.ts";
//mcpctl:end
//mcpctl:if ssrf
import { isNetwork } from "./ssrf.ts";
//mcpctl:end

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The milliseconds of a duration such as 1h30m or 250ms; undefined if it is none. */
export function milliseconds(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return text === "0" ? 0 : undefined;
  let sum = 0;
  for (const [, n, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) sum += Number(n) * (units[unit ?? ""] ?? 0);
  return sum;
}

/** A duration as people write it, such as 1m30s or 250ms. */
export function spelled(ms: number): string {
  if (ms < 1000) return ms === 0 ? "0s" : `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  return `${hours > 0 ? `${hours}h` : ""}${ms >= 60_000 ? `${minutes}m` : ""}${(ms % 60_000) / 1000}s`;
}

const day = 24 * 3_600_000;
const longest = 24 * day; // milliseconds; Node.js ends timers that are to last a little longer at once
const untimed = Number.POSITIVE_INFINITY; // of durations that no timer waits for

const duration = (fallback: string, least = 0, most = longest) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const n = milliseconds(text);
      if (n !== undefined && n >= least && n <= most) return n;
      if (n === undefined) context.addIssue(`${text} is no duration such as 20s or 1h30m`);
      else context.addIssue(n < least ? "must be more than nothing" : `is longer than ${most / day} days`);
      return z.NEVER;
    });
const positive = (fallback: number) =>
  z.coerce.number("must be a number").int("must be whole").positive("must be more than nothing").default(fallback);
//mcpctl:if limits || pathguard || ratelimit || bulkhead
const whole = (fallback: number, least = Number.MIN_SAFE_INTEGER) =>
  z.coerce.number("must be a number").int("must be whole").min(least, `must not be below ${least}`).default(fallback);
//mcpctl:end
//mcpctl:if elicitation || jwt || redis
const secret = z
  .string()
  .default("")
  .transform((text) => new Secret(text));
//mcpctl:end
//mcpctl:if apikeys || jwt || metrics || pii
const flag = (fallback: boolean) =>
  z
    .stringbool({ truthy: ["1", "t", "true"], falsy: ["0", "f", "false"], error: "must be true or false" })
    .default(fallback);
//mcpctl:end
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
//mcpctl:if apikeys || rbac
/** What a function makes of a text; each line of its error is told. */
const read = <T>(of: (text: string) => T) =>
  z
    .string()
    .default("")
    .transform((text, context) => {
      try {
        return of(text);
      } catch (error) {
        for (const line of messageOf(error).split("\n")) context.addIssue(line);
        return z.NEVER;
      }
    });
//mcpctl:end
//mcpctl:if ratelimit
const rates = pairs().transform((found, context) => {
  for (const [name, n] of Object.entries(found))
    if (!/^-?\d+$/.test(n)) context.addIssue(`${n} of ${name} must be a whole number`);
  return Object.fromEntries(Object.entries(found).map(([name, n]) => [name, Number(n)]));
});
//mcpctl:end
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
    MCP_LIST_TTL: duration("60s", 0, untimed), // how long clients may keep lists

    MCP_FETCH_HOSTS: list, // hosts that the tool fetch_page may ask; none: no such tool
    MCP_UPSTREAMS: pairs(), // addresses of services, as name=https://…
    //mcpctl:if logging
    MCP_LOG_LEVEL: z
      .string()
      .toLowerCase()
      .pipe(z.enum(["debug", "info", "warn", "error"], "must be debug, info, warn or error"))
      .default("info"), // the lowest level that is written
    //mcpctl:end
    //mcpctl:if otel
    MCP_OTEL_ENDPOINT: z
      .string()
      .default("")
      .refine(
        (text) => text === "" || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)),
        "is no http(s) URL; write one such as http://localhost:4318",
      ), // base URL of the collector; none: nothing is collected or sent
    MCP_OTEL_SAMPLE_RATIO: z.coerce
      .number("must be a number")
      .min(0, "must be between 0 and 1")
      .max(1, "must be between 0 and 1")
      .default(0.1), // of the traces that begin here; the others are kept if their callers keep them
    MCP_OTEL_METRICS_EVERY: duration("60s", 1), // between two exports
    //mcpctl:end
    //mcpctl:if metrics
    MCP_METRICS_RUNTIME: flag(true), // those of Node.js and of the process, too
    //mcpctl:end
    //mcpctl:if health
    MCP_HEALTH_CHECK_TIMEOUT: duration("2s", 1), // how long a probe waits for the dependency checks
    MCP_HEALTH_CACHE_FOR: duration("5s", 0, untimed), // how long their results are given again
    //mcpctl:end
    //mcpctl:if elicitation
    MCP_STATE_KEY: secret.superRefine((key, context) => {
      const n = Buffer.byteLength(key.reveal());
      if (n > 0 && n < 32) context.addIssue(`has ${n} characters: take at least 32 random ones`);
    }), // seals the state of questions; servers that share their load must share it; none: a random one
    MCP_STATE_TTL: duration("10m", 0, untimed), // how long the user may think
    MCP_SHARE_URL: z.string().default(""), // where users agree to share a note; none: no tool share_note
    //mcpctl:end
    //mcpctl:if tasks
    MCP_TASKS_MAX: positive(100), // tasks kept at once, running or done
    MCP_TASKS_TTL: duration("1h", 1), // how long a result is kept
    //mcpctl:end
    //mcpctl:if apikeys
    MCP_API_KEYS: read(parseKeys), // NAME sha256:HEX [PERMISSION,PERMISSION…] [YYYY-MM-DD], one on a line or separated by semicolons
    //mcpctl:end
    //mcpctl:if jwt
    MCP_JWT_JWKS_URL: z.string().default(""), // where the provider publishes its keys (RS256, ES256)
    MCP_JWT_PUBLIC_KEY: z.string().default(""), // one public key in PEM (RS256, ES256)
    MCP_JWT_SECRET: secret, // a secret shared with the issuer (HS256), at least 32 bytes
    MCP_JWT_ISSUER: z.string().default(""),
    MCP_JWT_AUDIENCE: z.string().default(""),
    MCP_JWT_CLOCK_SKEW: duration("30s", 0, untimed),
    MCP_JWT_JWKS_REFRESH: duration("15m", 0, untimed), // how long fetched keys are kept
    //mcpctl:end
    //mcpctl:if oauth
    MCP_OAUTH_RESOURCE: z.string().default(""), // URL of the MCP endpoint as clients see it; also the audience of tokens (RFC 8707)
    MCP_OAUTH_SERVERS: list, // issuers of tokens
    MCP_OAUTH_SCOPES: list, // wanted for every request
    MCP_OAUTH_TOOL_SCOPES: pairs(), // wanted for calls of a tool, besides: TOOL=SCOPE or TOOL=SCOPE SCOPE
    //mcpctl:end
    //mcpctl:if apikeys || jwt
    MCP_AUTH_ANONYMOUS: flag(false), // also serve requests without any token
    //mcpctl:end
    //mcpctl:if rbac
    MCP_RBAC_POLICY: read((text) => new Policy(text)), // YAML or JSON; empty: the built-in one, see src/policy.ts
    //mcpctl:end
    //mcpctl:if headers
    MCP_HSTS_MAX_AGE: duration("8760h", 0, untimed), // how long browsers insist on TLS; 0: not told
    //mcpctl:end
    //mcpctl:if pagination
    MCP_PAGE_SIZE: positive(50), // items in a page of a list
    //mcpctl:end
    //mcpctl:if limits
    // Zero switches a limit off.
    MCP_MAX_ARGUMENT_BYTES: whole(1048576), // all arguments of a call
    MCP_MAX_ARGUMENT_DEPTH: whole(32), // objects and lists in each other
    MCP_MAX_STRING_BYTES: whole(262144), // one string in the arguments
    MCP_MAX_RESULT_BYTES: whole(1048576), // a whole result
    //mcpctl:end
    //mcpctl:if pathguard
    MCP_FILES_DIR: z.string().default(""), // empty: no files are given out
    MCP_FILES_MAX_BYTES: whole(1048576, 0), // of one file
    //mcpctl:end
    //mcpctl:if ssrf
    MCP_SSRF_ALLOW: list, // networks that may be called although they are private, such as 10.1.0.0/16
    //mcpctl:end
    //mcpctl:if sessions
    MCP_SESSION_MAX: positive(1000), // open at once
    MCP_SESSION_IDLE: duration("30m", 1), // an idle one ends after this
    //mcpctl:end
    //mcpctl:if audit
    MCP_AUDIT_PATH: z.string().default(""), // file that records are added to; empty: standard error
    //mcpctl:end
    //mcpctl:if pii
    MCP_PII_RESULTS: flag(false), // mask the results of tools, too
    //mcpctl:end
    //mcpctl:if secrets
    MCP_REDACT: list.transform((values) => values.map((value) => new Secret(value))), // more values to keep out of the log
    //mcpctl:end
    //mcpctl:if ratelimit
    // A rate of 0 switches a limit off.
    MCP_RATE_PER_MINUTE: whole(100), // of one caller
    MCP_RATE_BURST: whole(20),
    MCP_RATE_GLOBAL_PER_MINUTE: whole(1000), // of all callers together
    MCP_RATE_GLOBAL_BURST: whole(200),
    MCP_RATE_HTTP_PER_MINUTE: whole(6000), // HTTP requests of one caller
    MCP_RATE_HTTP_BURST: whole(3000),
    MCP_RATE_TOOLS: rates, // calls of single tools, of all callers together: TOOL=PER_MINUTE
    MCP_RATE_MAX_CALLERS: whole(10000), // that are remembered
    //mcpctl:end
    //mcpctl:if cache
    MCP_CACHE_TTL: duration("300s", 1, untimed), // how long a result is good
    MCP_CACHE_ENTRIES: positive(1000), // results that are kept
    // Tools whose results are kept, provided that they are annotated both read-only
    // and idempotent. The annotations alone do not tell: a tool that asks how far some
    // work is carries both, and must be asked anew each time.
    MCP_CACHE_TOOLS: list.prefault("search_notes,find_notes"),
    //mcpctl:end
    //mcpctl:if redis
    MCP_REDIS_URL: secret.refine(
      (url) => url.reveal() === "" || isRedis(url.reveal()),
      "cannot be read: write redis://[user:password@]host:port/database, with special characters escaped",
    ), // redis://user:password@host:6379/0, rediss:// with TLS
    MCP_REDIS_PREFIX: z.string().default("acme-server:cache:"), // of all keys
    MCP_REDIS_TIMEOUT: duration("250ms", 1), // of one operation: beyond it, working the result out is as good
    //mcpctl:end
    //mcpctl:if breaker
    MCP_BREAKER_FAILURES: positive(5), // in a row, that open the circuit
    MCP_BREAKER_OPEN: duration("30s", 1), // until calls are let through to try
    MCP_BREAKER_HALF_OPEN: positive(3), // of which so many must go well
    MCP_BREAKER_TOOLS: list, // tools with a breaker of their own
    //mcpctl:end
    //mcpctl:if retry
    MCP_RETRY_TRIES: positive(3), // in all; 1: no retries
    MCP_RETRY_FIRST: duration("200ms", 1), // wait before the second try, twice as long before the next, and so on; by chance up to half more or less
    MCP_RETRY_MAX: duration("10s", 1), // all tries and waits together; a longer Retry-After is not waited for
    //mcpctl:end
    //mcpctl:if bulkhead
    MCP_MAX_CONCURRENT: positive(64), // pieces of work at once
    MCP_QUEUE_LENGTH: whole(128, 0), // that may wait
    MCP_QUEUE_WAIT: duration("5s", 1), // for so long
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
    //mcpctl:if ssrf
    for (const network of s.MCP_SSRF_ALLOW)
      if (!isNetwork(network)) wrong("MCP_SSRF_ALLOW", `${network} is no network such as 10.1.0.0/16`);
    //mcpctl:end
    //mcpctl:if jwt
    checkJwt(s, wrong);
    //mcpctl:end
    //mcpctl:if oauth
    checkOAuth(s, wrong);
    //mcpctl:end
    //mcpctl:if timeouts
    for (const [tool, text] of Object.entries(s.MCP_TIMEOUT_TOOLS))
      if ((milliseconds(text) ?? 0) <= 0)
        wrong("MCP_TIMEOUT_TOOLS", `${text} of ${tool} must be a duration above zero`);
      else if ((milliseconds(text) ?? 0) > longest)
        wrong("MCP_TIMEOUT_TOOLS", `${text} of ${tool} is longer than ${longest / day} days`);
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
  //mcpctl:if otel
  // The standard variable does, too.
  variables.MCP_OTEL_ENDPOINT ||= variables.OTEL_EXPORTER_OTLP_ENDPOINT;
  //mcpctl:end
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
