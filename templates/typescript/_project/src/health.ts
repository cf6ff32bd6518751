// Answers whoever runs the server: does it live, has it started, is it ready?
import type { ServerResponse } from "node:http";
import type { App } from "./app.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Listener } from "./wire.ts";

interface Result {
  name: string;
  required: boolean;
  status: "up" | "down";
  error?: string;
  checked_at?: string;
}

export class Health {
  readonly #timeout: number;
  readonly #cacheFor: number;
  readonly #life: Lifecycle;
  #began = 0; // when the last round of checks began
  #ended = 0;
  #running: Promise<void> | undefined;

  /**
   * A probe waits for the checks no longer than timeout. Their results are given
   * again for a while, so that frequent probes do not become load on the
   * dependencies. Both in milliseconds.
   */
  constructor(timeout: number, cacheFor: number, life: Lifecycle) {
    this.#timeout = timeout;
    this.#cacheFor = cacheFor;
    this.#life = life;
  }

  /** The process serves. No dependency is asked, because a restart would not mend one. */
  readonly live: Listener = (_, response) => answer(response, 200, { status: "live" });

  /** The boot is through. */
  readonly startup: Listener = (_, response) =>
    this.#life.phase === "starting"
      ? answer(response, 503, { status: "starting" })
      : answer(response, 200, { status: "started" });

  /**
   * Send work here, or not. A required dependency that is down makes the server
   * unready, an optional one makes it degraded but ready.
   */
  readonly ready: Listener = async (_, response) => {
    if (this.#life.phase !== "running") return answer(response, 503, { status: this.#life.phase });
    const checks = await this.#check();
    const down = checks.filter((c) => c.status === "down");
    const unready = down.some((c) => c.required);
    const status = unready ? "unready" : down.length > 0 ? "degraded" : "ready";
    answer(response, unready ? 503 : 200, { status, ...(checks.length > 0 && { checks }) });
  };

  // At most one round is under way: rounds must not pile up on what hangs.
  async #check(): Promise<Result[]> {
    if (this.#running === undefined && (this.#ended === 0 || Date.now() - this.#ended >= this.#cacheFor)) {
      this.#began = Date.now();
      this.#running = this.#life.checkAll().finally(() => {
        this.#running = undefined;
        this.#ended = Date.now();
      });
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, this.#timeout);
    });
    await Promise.race([this.#running, late]);
    clearTimeout(timer);
    return this.#life.statuses.map(({ name, required, error, at }) => {
      const old = (at?.getTime() ?? 0) < this.#began;
      const why = old ? `no answer within ${this.#timeout} ms` : error;
      return {
        name,
        required,
        status: why === undefined ? "up" : "down",
        ...(why !== undefined && { error: why }),
        ...(at && { checked_at: at.toISOString() }),
      };
    });
  }
}

function answer(response: ServerResponse, code: number, body: { status: string; checks?: Result[] }): void {
  response
    .writeHead(code, { "content-type": "application/json", "cache-control": "no-store" })
    .end(`${JSON.stringify(body)}\n`);
}

/**
 * Asks the server on this machine's admin address whether it lives. It is what
 * a container image without a shell uses as its health check.
 */
export async function probe(address: string): Promise<void> {
  const at = address.lastIndexOf(":");
  if (at < 0) throw new Error(`asking the admin port: MCP_ADMIN_ADDR is "${address}", not host:port`);
  const host = address.slice(0, at);
  const asked = ["", "0.0.0.0", "[::]"].includes(host) ? "127.0.0.1" : host; // one listens on all addresses, but asks one
  let response: Response;
  try {
    response = await fetch(`http://${asked}${address.slice(at)}/livez`, { signal: AbortSignal.timeout(3_000) });
  } catch (error) {
    throw new Error("asking the admin port: no answer; is the server running?", { cause: error });
  }
  if (!response.ok) throw new Error(`asking the admin port: /livez answers ${response.status}`);
}

/** Tells on the admin port how the server is. */
export function withHealth({ admin, config, life }: App): void {
  const health = new Health(config.MCP_HEALTH_CHECK_TIMEOUT, config.MCP_HEALTH_CACHE_FOR, life);
  admin.set("/livez", health.live);
  admin.set("/readyz", health.ready);
  admin.set("/startupz", health.startup);
}
