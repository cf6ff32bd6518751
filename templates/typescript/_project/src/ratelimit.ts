// Bounds how often the server works for its callers.
//
// Two things are counted. Work (calls of tools, reads of resources and the like)
// counts for everybody, for each caller and for single tools; a refusal is an error
// of the protocol that says when to try again. HTTP requests have a wider limit for
// each caller, so that a flood is turned away with 429 before its bodies are read.
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { App } from "./app.ts";
import { anonymous, fromToken } from "./caller.ts";
import { codes, isWork, Refusal, target } from "./calls.ts";
import { spelled } from "./config.ts";
import type { Middleware } from "./middleware.ts";
import type { Incoming, Listener } from "./wire.ts";

/** How many turns there are in a minute, and how many at once. No turns: no limit. */
export interface Rate {
  perMinute: number;
  burst: number;
}

export interface Rates {
  caller: Rate;
  http: Rate; // HTTP requests of one caller
  global: Rate; // of all callers together
  tools: Record<string, number>; // calls in a minute of single tools, of all callers together
  maxCallers: number; // that are remembered
}

/** Whose limit refuses. */
export type Scope = "global" | "caller" | "tool";

const longest = 86_400 * 20; // seconds that a timer can wait, nearly

/** Turns by key: so many at once, and again when their time has passed. */
class Limit {
  readonly #most: number;
  readonly #turns: RateLimiterMemory | undefined;
  readonly #recent = new Set<string>(); // the latest last

  /** Only the keys seen most recently are remembered: made-up callers must not fill the memory. */
  constructor({ perMinute, burst }: Rate, most = 1) {
    this.#most = Math.max(most, 1);
    const points = Math.max(burst, 1);
    const duration = Math.min((points * 60) / perMinute, longest);
    if (perMinute > 0) this.#turns = new RateLimiterMemory({ points, duration });
  }

  /** Takes a turn, or returns the milliseconds until there is one. */
  async take(key: string): Promise<number> {
    if (this.#turns === undefined) return 0;
    this.#remember(key, this.#turns);
    try {
      await this.#turns.consume(key);
      return 0;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      return Math.max(Math.round(refused.msBeforeNext), 1);
    }
  }

  async giveBack(key: string): Promise<void> {
    await this.#turns?.reward(key);
  }

  #remember(key: string, turns: RateLimiterMemory): void {
    this.#recent.delete(key);
    this.#recent.add(key);
    const [oldest] = this.#recent;
    if (this.#recent.size <= this.#most || oldest === undefined) return;
    this.#recent.delete(oldest);
    void turns.delete(oldest);
  }
}

type Level = [scope: Scope, limit: Limit | undefined, key: string];

export class Limiter {
  readonly #global: Limit;
  readonly #callers: Limit;
  readonly #http: Limit;
  readonly #tools: Map<string, Limit>;
  readonly #refused: (scope: Scope) => void;

  /** Refused is told of every refusal. */
  constructor(rates: Rates, refused: (scope: Scope) => void = () => {}) {
    this.#global = new Limit(rates.global);
    this.#callers = new Limit(rates.caller, rates.maxCallers);
    this.#http = new Limit(rates.http, rates.maxCallers);
    const tools = Object.entries(rates.tools);
    this.#tools = new Map(tools.map(([tool, n]) => [tool, new Limit({ perMinute: n, burst: n })]));
    this.#refused = refused;
  }

  /** Refuses work beyond the limits. */
  readonly around: Middleware = async (call, next) => {
    if (!isWork(call.method)) return next();
    const { kind, name } = target(call);
    const refusal = await this.#take([
      ["caller", this.#callers, call.caller.id],
      ["tool", kind === "tool" ? this.#tools.get(name) : undefined, ""],
      ["global", this.#global, ""],
    ]);
    if (refusal === undefined) return next();
    const message = `too many requests (${refusal.scope} limit): try again in ${spelled(refusal.wait)}`;
    const hint = "slow down; put several questions into one call where a tool allows it";
    return new Refusal(codes.rateLimited, "rate_limited", message, hint, refusal.wait).answer();
  };

  /** Turns floods away. It belongs inside the check of tokens. */
  readonly http =
    (next: Listener): Listener =>
    async (request, response) => {
      const refusal = await this.#take([["caller", this.#http, whoAsks(request)]]);
      if (refusal === undefined) return next(request, response);
      response
        .writeHead(429, {
          "content-type": "text/plain; charset=utf-8",
          "x-content-type-options": "nosniff",
          "retry-after": String(Math.ceil(refusal.wait / 1000)),
        })
        .end("too many requests\n");
      request.resume();
    };

  /**
   * Takes a turn on every level, or on none: then it tells whose there is none on.
   * What one limit refuses must not use up the others.
   */
  async #take(levels: Level[]): Promise<{ scope: Scope; wait: number } | undefined> {
    for (const [i, [scope, limit, key]] of levels.entries()) {
      const wait = (await limit?.take(key)) ?? 0;
      if (wait === 0) continue;
      for (const [, taken, of] of levels.slice(0, i)) await taken?.giveBack(of);
      this.#refused(scope);
      return { scope, wait };
    }
    return undefined;
  }
}

/** Callers without a name are told apart by where they are. */
function whoAsks(request: Incoming): string {
  const { id } = fromToken(request.auth);
  return id === anonymous ? (request.socket.remoteAddress ?? id) : id;
}

/** Refuses what comes too often. */
export function withRatelimit(app: App): void {
  const s = app.config;
  const rates: Rates = {
    caller: { perMinute: s.MCP_RATE_PER_MINUTE, burst: s.MCP_RATE_BURST },
    http: { perMinute: s.MCP_RATE_HTTP_PER_MINUTE, burst: s.MCP_RATE_HTTP_BURST },
    global: { perMinute: s.MCP_RATE_GLOBAL_PER_MINUTE, burst: s.MCP_RATE_GLOBAL_BURST },
    tools: s.MCP_RATE_TOOLS,
    maxCallers: s.MCP_RATE_MAX_CALLERS,
  };
  //mcpctl:if metrics
  const limiter = new Limiter(rates, (scope) => app.metrics?.rateLimited(scope));
  //mcpctl:else
  const limiter = new Limiter(rates);
  //mcpctl:end
  app.chain.use("rate", limiter.around);
  app.wrap("auth", limiter.http); // the layer of the check of tokens, which was added before: inside it
}
