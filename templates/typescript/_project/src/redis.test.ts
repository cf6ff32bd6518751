import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { load } from "./config.ts";
import { RedisStore, Resting } from "./redis.ts";
import { newApp } from "./testing.ts";

/** A server that speaks as much of the protocol of Redis as is needed here. */
class FakeRedis {
  readonly values = new Map<string, { value: string; until: number }>();
  readonly #sockets = new Set<Socket>();
  now = 0; // milliseconds
  mute = false;
  readonly #server: Server = createServer((socket) => {
    this.#sockets.add(socket);
    let text = "";
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      for (let command = read(text); command; command = read(text)) {
        text = text.slice(command.length);
        if (!this.mute) socket.write(this.#answer(command.words), "latin1");
      }
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}/2`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #get(key: string): string | undefined {
    const found = this.values.get(key);
    return found && found.until > this.now ? found.value : undefined;
  }

  #answer([name = "", ...given]: string[]): string {
    const [key = "", value = "", , px] = given;
    switch (name.toUpperCase()) {
      case "MGET":
        return `*${given.length}\r\n${given.map((k) => bulk(this.#get(k))).join("")}`;
      case "SET":
        this.values.set(key, { value, until: this.now + Number(px) });
        return "+OK\r\n";
      case "INCR": {
        const n = Number(this.#get(key) ?? 0) + 1;
        this.values.set(key, { value: String(n), until: Number.POSITIVE_INFINITY });
        return `:${n}\r\n`;
      }
      case "PING":
        return "+PONG\r\n";
      case "SELECT":
      case "CLIENT":
        return "+OK\r\n";
      default:
        return `-ERR unknown command ${name}\r\n`;
    }
  }
}

function bulk(text: string | undefined): string {
  return text === undefined ? "$-1\r\n" : `$${text.length}\r\n${text}\r\n`;
}

/** The first whole command of a text. */
function read(text: string): { words: string[]; length: number } | undefined {
  let at = 0;
  const line = () => {
    const end = text.indexOf("\r\n", at);
    if (end < 0) return undefined;
    const found = text.slice(at, end);
    at = end + 2;
    return found;
  };
  const words: string[] = [];
  for (let left = Number(line()?.slice(1) ?? Number.NaN); left > 0; left--) {
    const length = Number(line()?.slice(1) ?? Number.NaN);
    if (!(text.length >= at + length + 2)) return undefined;
    words.push(text.slice(at, at + length));
    at += length + 2;
  }
  return words.length > 0 ? { words, length: at } : undefined;
}

let server = new FakeRedis();
let store: RedisStore;

async function start(timeout = 1_000): Promise<void> {
  server = new FakeRedis();
  store = await RedisStore.of(await server.listen(), "p:", timeout);
}

afterEach(() => {
  store.close();
  server.close();
});

test("what is stored is found, until it is cleared or too old", async () => {
  await start();
  const first = await store.get("k");
  expect(first).toEqual({ value: undefined, version: "" });
  await store.set("k", first.version, "one\ntwo", 60_000);
  expect((await store.get("k")).value).toBe("one\ntwo");
  expect([...server.values.keys()]).toEqual(["p:k"]);

  await store.clear();
  const { value, version } = await store.get("k");
  expect([value, version]).toEqual([undefined, "1"]);
  await store.set("k", first.version, "late", 60_000); // worked out before the clear
  expect((await store.get("k")).value).toBeUndefined();
  await store.set("k", version, "new", 60_000);
  expect((await store.get("k")).value).toBe("new");

  server.now += 60_000;
  expect((await store.get("k")).value).toBeUndefined();
  await store.ping();
});

test("a server that is down is left alone for a while", async () => {
  await start();
  await store.ping();
  server.close();
  await expect(store.get("k")).rejects.toThrow("asking redis");
  await expect(store.clear()).rejects.toThrow(Resting);
  await expect(store.ping()).rejects.toThrow("asking redis");
});

test("a server that does not answer is waited for no longer than the timeout", async () => {
  await start(200);
  server.mute = true;
  await expect(store.get("k")).rejects.toThrow("asking redis");
  server.mute = false;
  await store.ping(); // connects anew
  server.mute = true;
  await expect(store.ping()).rejects.toThrow("no answer within 200 ms");
});

test("an address that cannot be read is told without its password", async () => {
  await start();
  for (const url of ["http://user:hunter2@x", "redis://x/hunter2", "redis://:hunter2%@x", "unix:hunter2"]) {
    expect(() => load("", { MCP_REDIS_URL: url })).toThrow(/^MCP_REDIS_URL: cannot be read: write redis:(?!.*hunter2)/);
  }
  for (const url of ["rediss://:a%2Fb@x:6380/1", "unix://user:a@/run/redis.sock?db=1"])
    expect(load("", { MCP_REDIS_URL: url }).config.MCP_REDIS_URL.reveal()).toBe(url);
});

test("the server starts without it, and caches for itself", async () => {
  await start();
  server.close();
  const app = newApp({ MCP_REDIS_URL: "redis://127.0.0.1:1", MCP_REDIS_TIMEOUT: "50ms" });
  await app.life.start();
  expect(app.life.statuses).toMatchObject([
    { name: "redis", required: false, error: expect.stringContaining("redis") },
  ]);
  expect(app.cache?.second).toBeDefined();
  await app.life.stop();
  expect(newApp().cache?.second).toBeUndefined();
});
