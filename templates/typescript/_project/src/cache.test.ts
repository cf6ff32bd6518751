import { PassThrough } from "node:stream";
import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import * as z from "zod";
import { Cache, type Store } from "./cache.ts";
import { Caller } from "./caller.ts";
import { textLog } from "./log.ts";
import type { Call } from "./middleware.ts";
import { clientsOf, newApp } from "./testing.ts";

/** A cache around tools that count how often they really run. */
function start(second?: Store) {
  const tools = ["lookup", "time", "write", "fail", "ask"];
  const cache = new Cache({ ttl: 60_000, entries: 10, tools }, textLog(new PassThrough()));
  cache.second = second;
  const server = new McpServer({ name: "test", version: "1" });
  cache.watch(server);
  const repeats = { readOnlyHint: true, idempotentHint: true };
  for (const [name, annotations] of Object.entries({
    lookup: repeats,
    time: { readOnlyHint: true },
    write: undefined,
    fail: repeats,
    ask: repeats,
    poll: repeats, // not configured
  }))
    server.registerTool(name, { inputSchema: z.object({}), ...(annotations && { annotations }) }, () => ({
      content: [],
    }));
  const runs: Record<string, number> = {};
  const call = async (name: string, given: object = {}, caller = new Caller("alice"), more: object = {}) => {
    const params = { name, arguments: given, ...more };
    const asked = { method: "tools/call", params, caller, era: "legacy" } as unknown as Call;
    const answer = await cache.around(asked, async () => {
      const run = (runs[name] ?? 0) + 1;
      runs[name] = run;
      if (name === "ask") return { result: { resultType: "input_required", inputRequests: {} } };
      return { result: { structuredContent: { run }, isError: name === "fail" } };
    });
    return answer.result;
  };
  return { cache, call, runs };
}

test("only tools that repeat themselves are cached", async () => {
  const { cache, call, runs } = start();
  const looked: boolean[] = [];
  cache.looked = (hit) => looked.push(hit);
  for (const name of ["lookup", "time", "fail", "poll", "ask"]) for (let i = 0; i < 3; i++) await call(name);
  expect(runs).toEqual({ lookup: 1, time: 3, fail: 3, poll: 3, ask: 3 });
  expect([cache.hits, cache.misses]).toEqual([2, 7]);
  expect(looked.slice(0, 3)).toEqual([false, true, true]);
});

test("the question is who asks what, in whatever order", async () => {
  const { call, runs } = start();
  const first = await call("lookup", { a: 1, b: { c: [2], d: 3 } });
  expect(await call("lookup", { b: { d: 3, c: [2] }, a: 1 })).toEqual(first);
  expect(runs.lookup).toBe(1);
  await call("lookup", { a: 1, b: { c: [2], d: 4 } });
  await call("lookup", { a: 1 }, new Caller("bob"));
  await call("lookup", { a: 1 }, new Caller("bob", ["admin"]));
  await call("lookup", { a: [["b", 1]] });
  await call("lookup", { a: { b: 1 } });
  expect(runs.lookup).toBe(6);
  await call("lookup", { a: 1 }, new Caller("bob"), { requestState: "s" });
  await call("lookup", { a: 1 }, new Caller("bob"), { inputResponses: {} });
  expect(runs.lookup).toBe(8);
});

test("each caller has a result of its own", async () => {
  const { call } = start();
  await call("lookup");
  const result = await call("lookup");
  if (result) result.structuredContent = "changed";
  expect(await call("lookup")).toMatchObject({ structuredContent: { run: 1 } });
});

test("what changes something clears the cache", async () => {
  const { call, runs } = start();
  for (const name of ["lookup", "write", "lookup"]) await call(name);
  expect(runs.lookup).toBe(2);
  await call("no such tool");
  await call("lookup");
  expect(runs.lookup).toBe(2);
});

test("a result that was worked out before a change is not kept", async () => {
  const { cache, call, runs } = start();
  const slow = call("lookup");
  await cache.clear();
  await slow;
  await call("lookup");
  expect(runs.lookup).toBe(2);
});

test("servers share a second level, and do without it", async () => {
  const values = new Map<string, string>();
  let down = false;
  const check = () => {
    if (down) throw new Error("connection refused");
  };
  const shared: Store = {
    get: async (key) => {
      check();
      return { value: values.get(key), version: "1" };
    },
    set: async (key, _, value) => {
      check();
      values.set(key, value);
    },
    clear: async () => {
      check();
      values.clear();
    },
  };
  const [one, two] = [start(shared), start(shared)];
  await one.call("lookup");
  expect(await two.call("lookup")).toMatchObject({ structuredContent: { run: 1 } });
  expect([one.runs.lookup, two.runs.lookup]).toEqual([1, undefined]);
  down = true;
  for (let i = 0; i < 2; i++) await one.call("lookup", { a: 1 });
  expect(one.runs.lookup).toBe(2);
  await one.call("write");
  down = false;
  await one.call("lookup");
  expect(one.runs.lookup).toBe(2); // what the second level did not hear of goes by its age
});

test.each(["2025-11-25", "2026-07-28"])(
  "the server keeps what it found in %s, until a note is added",
  async (revision) => {
    const app = newApp();
    const client = await clientsOf(app)(revision);
    const search = () => client.callTool({ name: "search_notes", arguments: { query: "cached" } });
    const before = await search();
    expect(await search()).toEqual(before);
    expect(app.cache?.hits).toBe(1);
    await client.callTool({ name: "add_note", arguments: { title: "cached", text: "a note that says cached" } });
    expect(await search()).not.toEqual(before);
  },
);
