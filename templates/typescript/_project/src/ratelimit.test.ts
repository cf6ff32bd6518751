import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Caller } from "./caller.ts";
import type { Call } from "./middleware.ts";
import { Limiter, type Rates, type Scope } from "./ratelimit.ts";
import { clientsOf, hello, listen, newApp, serve } from "./testing.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const off = { perMinute: 0, burst: 0 };
const none: Rates = { caller: off, http: off, global: off, tools: {}, maxCallers: 10 };

function start(rates: Partial<Rates>) {
  const scopes: Scope[] = [];
  const limiter = new Limiter({ ...none, ...rates }, (scope) => scopes.push(scope));
  /** Calls a tool n times and returns how often that went well, and the last error. */
  const call = async (name: string, n: number, caller = "alice", method = "tools/call") => {
    let served = 0;
    let error: unknown;
    for (let i = 0; i < n; i++) {
      const asked = { method, params: { name }, caller: new Caller(caller) } as unknown as Call;
      const answer = await limiter.around(asked, async () => ({ result: {} }));
      if (answer.error) error = answer.error;
      else served++;
    }
    return { served, error };
  };
  return { limiter, scopes, call };
}

test("each caller has turns, and has them again later", async () => {
  const { call } = start({ caller: { perMinute: 60, burst: 3 } });
  expect(await call("echo", 5)).toEqual({
    served: 3,
    error: {
      code: -31429,
      message: "too many requests (caller limit): try again in 3s",
      data: { reason: "rate_limited", hint: expect.stringContaining("slow down"), retryAfterMs: 3_000 },
    },
  });
  expect(await call("echo", 1, "bob")).toMatchObject({ served: 1 });
  expect(await call("echo", 1, "alice", "tools/list")).toMatchObject({ served: 1 });
  vi.advanceTimersByTime(1_000);
  expect(await call("echo", 1)).toMatchObject({ error: { data: { retryAfterMs: 2_000 } } });
  vi.advanceTimersByTime(2_000);
  expect(await call("echo", 5)).toMatchObject({ served: 3 });
});

test("single tools and all callers have limits, too", async () => {
  const { call, scopes } = start({ global: { perMinute: 60, burst: 4 }, tools: { slow: 2 } });
  expect(await call("slow", 5)).toMatchObject({ served: 2 });
  // The three that the tool's limit refused do not count for everybody.
  expect(await call("echo", 5)).toMatchObject({ served: 2 });
  expect(scopes).toEqual(["tool", "tool", "tool", "global", "global", "global"]);
});

test("what another limit refuses is not counted", async () => {
  const { call } = start({ caller: { perMinute: 60, burst: 3 }, tools: { slow: 1 } });
  await call("slow", 5);
  expect(await call("echo", 5)).toMatchObject({ served: 2 });
});

test("floods are turned away", async () => {
  const { limiter, scopes } = start({ http: { perMinute: 6, burst: 1 } });
  const { post } = await listen(limiter.http((_, response) => response.writeHead(404).end()));
  expect((await post("x")).status).toBe(404);
  const refused = await post("x");
  expect([refused.status, refused.headers.get("retry-after"), await refused.text()]).toEqual([
    429,
    "10",
    "too many requests\n",
  ]);
  expect(scopes).toEqual(["caller"]);
});

test("the callers that were away longest are forgotten", async () => {
  const { call } = start({ caller: { perMinute: 1, burst: 1 }, maxCallers: 2 });
  const served = async (caller: string) => (await call("echo", 1, caller)).served;
  expect([await served("alice"), await served("bob"), await served("alice")]).toEqual([1, 1, 0]);
  expect(await served("carol")).toBe(1); // in place of bob
  expect([await served("alice"), await served("bob")]).toEqual([0, 1]);
});

test("without limits nothing is refused", async () => {
  expect(await start({}).call("echo", 1000)).toEqual({ served: 1000, error: undefined });
});

test("the server has limits", async () => {
  vi.useRealTimers();
  const app = newApp({
    MCP_RATE_PER_MINUTE: "1",
    MCP_RATE_BURST: "1",
    MCP_RATE_HTTP_PER_MINUTE: "1",
    MCP_RATE_HTTP_BURST: "1",
    MCP_RATE_TOOLS: "search_notes=5",
  });
  const client = await clientsOf(app)("2025-11-25");
  const search = () => client.callTool({ name: "search_notes", arguments: { query: "x" } });
  await search();
  await expect(search()).rejects.toMatchObject({ code: -31429, data: { reason: "rate_limited" } });

  const { post } = await serve(app);
  await post(hello);
  const refused = await post(hello);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
  expect(() => newApp({ MCP_RATE_TOOLS: "search_notes=often" })).toThrow(
    "often of search_notes must be a whole number",
  );
});
