// Keeps results of tools that give the same answer to the same question, until
// something is changed.
import { createHash } from "node:crypto";
import type { McpServer } from "@modelcontextprotocol/server";
import { LRUCache } from "lru-cache";
import type { App } from "./app.ts";
import { stateless } from "./calls.ts";
import { messageOf } from "./lifecycle.ts";
import type { Log } from "./log.ts";
import type { Answer, Call, Middleware } from "./middleware.ts";

/**
 * A second level, which several processes share. A version stands for all that is
 * stored until the next clear.
 */
export interface Store {
  /** The value, if there is one, and the current version. */
  get: (key: string) => Promise<{ value: string | undefined; version: string }>;
  /**
   * Stores a value that was worked out under a version, for ttl milliseconds. If
   * that is no longer the current one, get must not give the value.
   */
  set: (key: string, version: string, value: string, ttl: number) => Promise<void>;
  /** Makes a new version. */
  clear: () => Promise<void>;
}

export interface Keeping {
  ttl: number; // milliseconds that a result is good
  entries: number; // results that are kept
  tools: string[]; // whose results are kept, if they are read-only and idempotent
}

/** What the annotations of a tool make of it: it may change something, or answer differently each time. */
type Kind = "writes" | "reads" | "repeats";

/**
 * What must not have changed between lookup and store: a result that was worked out
 * before a clear is old news after it.
 */
interface Moment {
  generation: number;
  version: string | undefined; // none: the second level did not answer
}

export class Cache {
  second: Store | undefined; // its failures only cost its help
  looked: (hit: boolean) => void = () => {}; // told of every lookup
  hits = 0;
  misses = 0;
  readonly #keeping: Keeping;
  readonly #log: Log;
  readonly #local: LRUCache<string, string>;
  readonly #kinds = new Map<string, Kind>();
  #generation = 0; // counts clears

  constructor(keeping: Keeping, log: Log) {
    this.#keeping = keeping;
    this.#log = log;
    this.#local = new LRUCache({ max: keeping.entries, ttl: keeping.ttl });
  }

  /** Learns the annotations of the tools that a server is given from here on. */
  watch(server: McpServer): void {
    const register = server.registerTool.bind(server) as (...all: unknown[]) => unknown;
    const learn = (name: string, tool: { annotations?: { readOnlyHint?: boolean; idempotentHint?: boolean } }) => {
      const { readOnlyHint, idempotentHint } = tool.annotations ?? {};
      this.#kinds.set(name, !readOnlyHint ? "writes" : idempotentHint ? "repeats" : "reads");
    };
    server.registerTool = ((name: string, tool: object, work: unknown) => {
      learn(name, tool);
      return register(name, tool, work);
    }) as McpServer["registerTool"];
  }

  /**
   * Forgets everything. With a second level, other processes forget what they hold
   * themselves only by its age.
   */
  async clear(): Promise<void> {
    this.#generation++;
    this.#local.clear();
    await this.second?.clear().catch((error: unknown) => this.#note("clearing", error));
  }

  /**
   * Answers calls from the cache where it can. A call of a tool that is not
   * read-only clears the cache: what it changed is unknown. It belongs beneath all
   * that checks or changes calls and results.
   */
  readonly around: Middleware = async (call, next) => {
    const name = String(call.params.name);
    const kind = call.method === "tools/call" ? this.#kinds.get(name) : undefined;
    if (kind === "writes") return next().finally(() => this.clear());
    const { requestState, inputResponses } = call.params;
    const goesOn = requestState !== undefined || inputResponses !== undefined; // in the midst of a conversation
    if (kind !== "repeats" || goesOn || !this.#keeping.tools.includes(name)) return next();
    return this.#answer(keyOf(call), next);
  };

  async #answer(key: string, next: () => Promise<Answer>): Promise<Answer> {
    const moment: Moment = { generation: this.#generation, version: undefined };
    const value = this.#local.get(key) ?? (this.second && (await this.#fetch(this.second, key, moment)));
    this.looked(value !== undefined);
    if (value !== undefined) {
      this.hits++;
      return { result: JSON.parse(value) as Record<string, unknown> }; // of its own for every caller, who may change it
    }
    this.misses++;
    const answer = await next();
    if (keepable(answer)) await this.#keep(key, JSON.stringify(answer.result), moment);
    return answer;
  }

  async #fetch(second: Store, key: string, moment: Moment): Promise<string | undefined> {
    try {
      const { value, version } = await second.get(key);
      moment.version = version;
      if (value !== undefined && moment.generation === this.#generation) this.#local.set(key, value);
      return value;
    } catch (error) {
      this.#note("reading", error);
      return undefined;
    }
  }

  async #keep(key: string, value: string, { generation, version }: Moment): Promise<void> {
    if (generation !== this.#generation) return;
    this.#local.set(key, value);
    if (version === undefined) return;
    const stored = this.second?.set(key, version, value, this.#keeping.ttl);
    await stored?.catch((error: unknown) => this.#note("writing", error));
  }

  // Quietly: whoever runs the second level has alarms of their own, and the caller
  // has lost nothing.
  #note(doing: string, error: unknown): void {
    const message = `${doing} the second level of the cache failed; the first goes on alone`;
    this.#log.debug(message, { error: messageOf(error) });
  }
}

function keepable({ result }: Answer): boolean {
  if (result === undefined || result.isError === true) return false;
  return result.resultType !== "input_required" && result.inputRequests === undefined;
}

/**
 * A digest of the question: who asks which tool what, and in which era, as results
 * look different there. Arguments that say the same in another order are the same.
 */
function keyOf(call: Call): string {
  const { id, scopes } = call.caller;
  const question = [call.params.name, sorted(call.params.arguments), id, scopes.toSorted(), stateless(call)];
  return createHash("sha256").update(JSON.stringify(question)).digest("hex");
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value ?? null;
  if (Array.isArray(value)) return value.map(sorted);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

/** Keeps results of tools that repeat themselves. */
export function withCache(app: App): void {
  const { MCP_CACHE_TTL: ttl, MCP_CACHE_ENTRIES: entries, MCP_CACHE_TOOLS: tools } = app.config;
  const cache = new Cache({ ttl: Math.ceil(ttl), entries, tools }, app.log); // whole, as stores want it
  app.cache = cache;
  //mcpctl:if metrics
  cache.looked = (hit) => app.metrics?.cacheLookup(hit);
  //mcpctl:end
  app.offers.push((server) => cache.watch(server));
  // On the innermost stage: an answer from the cache is checked, audited and logged
  // like any other.
  app.chain.use("logging", cache.around);
}
