import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tookTooLong } from "./calls.ts";
import { load, spelled } from "./config.ts";
import type { Answer, Call } from "./middleware.ts";
import { clientsOf, newApp, call as use } from "./testing.ts";
import { deadlines } from "./timeouts.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** Asks for work that takes its time. */
async function call(method: string, params: object, takes: number) {
  const cancelled: string[] = [];
  const values = new Map<string, unknown>();
  const cancel = (reason: string) => void cancelled.push(reason);
  const asked = { method, params, era: "modern", values, cancel } as unknown as Call;
  const begun = performance.now();
  const answered = deadlines(30_000, { slow: "5m" })(
    asked,
    () => new Promise<Answer>((resolve) => setTimeout(resolve, takes, { result: {} })),
  ).then((answer) => ({ ...answer, cancelled, after: performance.now() - begun }));
  await vi.runAllTimersAsync();
  return answered;
}

test.each([
  ["echo", 29_000, 29_000],
  ["slow", 60_000, 60_000],
])("the tool %s has its time", async (name, takes, after) => {
  expect(await call("tools/call", { name }, takes)).toEqual({ result: {}, cancelled: [], after });
});

test("what takes longer is given up, and told to stop", async () => {
  const tool = await call("tools/call", { name: "echo" }, 60_000);
  expect(tool).toMatchObject({ cancelled: [tookTooLong], after: 30_000 });
  expect(tool.result).toMatchObject({ isError: true, resultType: "complete" });
  expect(JSON.stringify(tool.result)).toContain('The tool \\\\\\"echo\\\\\\" took longer than the 30s that it has.');
  expect(await call("resources/read", { uri: "a://b" }, 60_000)).toMatchObject({
    error: { code: -31504, data: { reason: "timeout" } },
    after: 30_000,
  });
  expect(await call("subscriptions/listen", {}, 60_000)).toMatchObject({ result: {}, after: 60_000 });
});

test.each([
  [0, "0s"],
  [20, "20ms"],
  [1_500, "1.5s"],
  [30_000, "30s"],
  [300_000, "5m0s"],
  [5_401_000, "1h30m1s"],
])("%d milliseconds are %s", (ms, text) => expect(spelled(ms)).toBe(text));

test("only times above zero are good", () => {
  for (const wrong of [{ MCP_TIMEOUT: "0s" }, { MCP_TIMEOUT_TOOLS: "x=0s" }, { MCP_TIMEOUT_TOOLS: "x=soon" }])
    expect(() => load("", wrong)).toThrow("MCP_TIMEOUT");
  expect(() => load("", { MCP_TIMEOUT_TOOLS: "x=577h" })).toThrow("577h of x is longer than 24 days");
});

test("a tool of the server is told to stop", async () => {
  vi.useRealTimers();
  const app = newApp({ MCP_FETCH_HOSTS: "example.com", MCP_TIMEOUT_TOOLS: "fetch_page=20ms" });
  let stopped = false;
  app.deps.fetch = (_, init) =>
    new Promise((_, reject) => {
      init?.signal?.addEventListener("abort", () => {
        stopped = true;
        reject(new Error("stopped"));
      });
    });
  const client = await clientsOf(app)("2025-11-25");
  const result = await use(client, "fetch_page", { url: "https://example.com/" });
  expect(result).toMatchObject({ isError: true, text: expect.stringContaining("took longer than the 20ms") });
  expect(stopped).toBe(true);
  await client.ping();
});
