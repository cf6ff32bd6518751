import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bulkhead } from "./bulkhead.ts";
import { type Answer, type Call, cancelledCode } from "./middleware.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Calls of a bulkhead for two, with room for one to wait five seconds, around work that takes a while. */
function calls(takes: number) {
  const middleware = bulkhead({ concurrent: 2, queue: 1, wait: 5_000 });
  const work = () => new Promise<Answer>((resolve) => setTimeout(resolve, takes, { result: {} }));
  const begun = performance.now();
  return (method = "tools/call", signal = new AbortController().signal) =>
    middleware({ method, signal } as Call, work).then(({ error }) => ({
      error,
      after: performance.now() - begun,
    }));
}

const overloaded = { code: -31503, data: { reason: "overloaded", retryAfterMs: 5_000 } };

test("what finds no room in the queue is turned away at once", async () => {
  const call = calls(1_000);
  const all = Promise.all([call(), call(), call(), call()]);
  await vi.runAllTimersAsync();
  expect(await all).toMatchObject([
    { after: 1_000 },
    { after: 1_000 },
    { after: 2_000 },
    { error: overloaded, after: 0 },
  ]);
  expect((await all).filter(({ error }) => error !== undefined)).toHaveLength(1);
});

test("nobody waits for ever", async () => {
  const call = calls(60_000);
  const all = Promise.all([call(), call(), call()]);
  await vi.runAllTimersAsync();
  expect((await all)[2]).toMatchObject({ error: overloaded, after: 5_000 });
  expect((await all)[2]?.error?.message).toContain("5s in the queue");
});

test("whoever cancels leaves the queue", async () => {
  const call = calls(3_000);
  const gone = new AbortController();
  const all = Promise.all([call(), call(), call("tools/call", gone.signal)]);
  await vi.advanceTimersByTimeAsync(1_000);
  gone.abort();
  const next = call();
  await vi.runAllTimersAsync();
  expect((await all)[2]).toMatchObject({ error: { code: cancelledCode }, after: 1_000 });
  expect(await next).toEqual({ error: undefined, after: 6_000 });
});

test("lists do not wait", async () => {
  const call = calls(1_000);
  const all = Promise.all([call(), call(), call(), call("tools/list")]);
  await vi.runAllTimersAsync();
  expect((await all)[3]).toEqual({ error: undefined, after: 1_000 });
});
