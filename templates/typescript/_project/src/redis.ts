// A level of the cache that several processes share.
import type { createClient } from "@redis/client";
import type { App } from "./app.ts";
import type { Store } from "./cache.ts";

// For so many milliseconds a server that failed is left alone: each call would wait
// for the timeout otherwise.
const rest = 5_000;

/** The error while the server is left alone. */
export class Resting extends Error {
  constructor() {
    super("redis has just failed and is left alone for a moment");
  }
}

/** Whether a text is an address such as redis://user:password@host:6379/0. */
export function isRedis(url: string): boolean {
  if (url.startsWith("unix:")) return /^unix:\/\/([^@/]*@)?\/./.test(url); // of a socket of this machine
  try {
    const { protocol, pathname, username, password } = new URL(url);
    decodeURIComponent(username + password); // throws if they are not escaped
    return /^rediss?:$/.test(protocol) && /^(\/\d*)?$/.test(pathname);
  } catch {
    return false;
  }
}

export class RedisStore implements Store {
  readonly #client: ReturnType<typeof createClient>;
  readonly #timeout: number;
  #connecting: Promise<unknown> | undefined;
  #failed = Number.NEGATIVE_INFINITY; // when it failed last

  /**
   * It connects when it is first asked. Each operation may take so many milliseconds.
   * The library takes a while to load: who needs no server does without.
   */
  static async of(url: string, keyPrefix: string, timeout: number): Promise<RedisStore> {
    const { createClient } = await import("@redis/client");
    // No repetitions: the cache goes on without it.
    const socket = { connectTimeout: timeout, reconnectStrategy: false } as const;
    const options = { url, keyPrefix, socket, RESP: 2, disableOfflineQueue: true } as const;
    return new RedisStore(createClient(options) as ReturnType<typeof createClient>, timeout);
  }

  private constructor(client: ReturnType<typeof createClient>, timeout: number) {
    this.#client = client;
    this.#timeout = timeout;
    client.on("error", () => {}); // whoever asks learns of it
  }

  /** Asks whether the server is there. */
  readonly ping = async (): Promise<void> => {
    await this.#within(() => this.#client.ping());
  };

  close(): void {
    this.#client.destroy();
  }

  /** A stored value begins with the version that it belongs to. */
  async get(key: string): Promise<{ value: string | undefined; version: string }> {
    const [found, stored] = await this.#ask(() => this.#client.mGet(["version", key]));
    const version = found ?? ""; // before the first clear
    const current = stored?.startsWith(`${version}\n`);
    return { value: current ? stored?.slice(version.length + 1) : undefined, version };
  }

  async set(key: string, version: string, value: string, ttl: number): Promise<void> {
    await this.#ask(() => this.#client.set(key, `${version}\n${value}`, { expiration: { type: "PX", value: ttl } }));
  }

  /** All that is stored is out of date at once, for all processes, and goes by its age. */
  async clear(): Promise<void> {
    await this.#ask(() => this.#client.incr("version"));
  }

  async #ask<T>(command: () => Promise<T>): Promise<T> {
    if (performance.now() - this.#failed < rest) throw new Resting();
    try {
      return await this.#within(command);
    } catch (error) {
      this.#failed = performance.now();
      throw error;
    }
  }

  async #within<T>(command: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${this.#timeout} ms`));
        if (this.#client.isOpen) this.#client.destroy(); // the next one connects anew
      }, this.#timeout);
    });
    try {
      return await Promise.race([this.#connected().then(command), late]);
    } catch (error) {
      throw new Error(`asking redis: ${error instanceof Error ? error.message : error}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  async #connected(): Promise<void> {
    if (this.#client.isReady) return;
    if (!this.#client.isOpen) this.#connecting = this.#client.connect();
    await this.#connecting;
  }
}

/** Shares the cache between processes. It is not required: without it, each caches for itself. */
export function withRedis(app: App): void {
  const url = app.config.MCP_REDIS_URL.reveal();
  const { cache } = app;
  if (cache === undefined || url === "") return;
  let store: RedisStore | undefined;
  app.life.onStart("redis", async () => {
    store = await RedisStore.of(url, app.config.MCP_REDIS_PREFIX, app.config.MCP_REDIS_TIMEOUT);
    cache.second = store;
  });
  app.life.check("redis", false, () => store?.ping());
  app.life.onStop("redis", () => store?.close());
}
