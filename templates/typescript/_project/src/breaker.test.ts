import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Breakers, OpenError } from "./breaker.ts";
import { tookTooLong } from "./calls.ts";
import type { Log } from "./log.ts";
import { type Answer, type Call, cancelledCode } from "./middleware.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start() {
  const changes: unknown[] = [];
  const warn: Log["warn"] = (_, fields) => void changes.push(`${fields?.breaker}: ${fields?.from} to ${fields?.to}`);
  const log = { debug: warn, info: warn, warn, error: warn };
  const breakers = new Breakers({ failures: 5, open: 30_000, halfOpen: 3, tools: ["fetch"] }, log);
  return { breakers, changes };
}

/** A host that answers as it is told, and counts. */
function upstream(breakers: Breakers) {
  const host = { answer: 200 as number | Error, asked: 0 };
  const asking = breakers.fetch(async () => {
    host.asked++;
    if (host.answer instanceof Error) throw host.answer;
    return new Response(null, { status: host.answer });
  });
  const ask = async (name: string, n: number, signal = new AbortController().signal) => {
    let last: unknown;
    for (let i = 0; i < n; i++) last = await asking(`http://${name}/`, { signal }).catch((error: unknown) => error);
    return last;
  };
  return { host, ask };
}

test("a host that keeps failing rests, and is tried again", async () => {
  const { breakers, changes } = start();
  const { host, ask } = upstream(breakers);
  host.answer = 502;
  expect(await ask("a", 8)).toBeInstanceOf(OpenError);
  expect(host.asked).toBe(5);
  expect(await ask("b", 1)).toBeInstanceOf(Response);

  vi.advanceTimersByTime(31_000);
  host.asked = 0;
  expect(await ask("a", 2)).toBeInstanceOf(OpenError); // the first trial failed
  expect(host.asked).toBe(1);

  vi.advanceTimersByTime(31_000);
  host.asked = 0;
  host.answer = 200;
  await ask("a", 10);
  expect(host.asked).toBe(10);
  expect(changes).toEqual([
    "host a: closed to open",
    "host a: open to half-open",
    "host a: half-open to open",
    "host a: open to half-open",
    "host a: half-open to closed",
  ]);
});

test("no more are let through to try than must go well", async () => {
  const { breakers } = start();
  const { host, ask } = upstream(breakers);
  host.answer = new Error("connection refused");
  await ask("a", 5);
  vi.advanceTimersByTime(31_000);
  host.asked = 0;
  host.answer = 200;
  await Promise.all([1, 2, 3, 4, 5].map(() => ask("a", 1)));
  expect(host.asked).toBe(3);
});

test("a trial that its caller gives up does not keep the circuit half-open", async () => {
  const { breakers, changes } = start();
  const { host, ask } = upstream(breakers);
  host.answer = new Error("connection refused");
  await ask("a", 5);
  vi.advanceTimersByTime(31_000);
  await ask("a", 1, AbortSignal.abort("no longer wanted"));
  host.answer = 200;
  await ask("a", 2);
  expect(changes.at(-1)).toBe("host a: half-open to closed");
});

test.each<[string, number | Error, AbortSignal | undefined, number]>([
  ["not found is no failure", 404, undefined, 10],
  ["hanging up is no failure", new Error("gone"), AbortSignal.abort("no longer wanted"), 10],
  ["a deadline is a failure", new Error("gone"), AbortSignal.abort(tookTooLong), 5],
  ["so is a timeout", new Error("gone"), AbortSignal.abort(new DOMException("late", "TimeoutError")), 5],
])("%s", async (_, answer, signal, asked) => {
  const { host, ask } = upstream(start().breakers);
  host.answer = answer;
  await ask("a", 10, signal);
  expect(host.asked).toBe(asked);
});

test("a tool that keeps failing rests", async () => {
  const { breakers } = start();
  let asked = 0;
  const call = async (name: string, n: number, answer: Answer | Error, values = new Map<string, unknown>()) => {
    asked = 0;
    let last: unknown;
    for (let i = 0; i < n; i++)
      last = await breakers
        .around({ method: "tools/call", params: { name }, values } as unknown as Call, async () => {
          asked++;
          if (answer instanceof Error) throw answer;
          return answer;
        })
        .catch((error: unknown) => error);
    return last;
  };
  const failing = { result: { isError: true } };
  expect(await call("other", 10, failing)).toBe(failing);
  expect(asked).toBe(10);
  for (const code of [-32602, cancelledCode]) {
    await call("fetch", 10, { error: { code, message: "no" } });
    expect(asked).toBe(10); // the caller's doing
  }
  await call("fetch", 1, new Error("a bug"));
  await call("fetch", 1, { error: { code: cancelledCode, message: "no" } }, new Map([["timed out", true]]));
  expect(await call("fetch", 10, failing)).toMatchObject({
    error: { code: -31502, data: { reason: "unavailable", retryAfterMs: 30_000 } },
  });
  expect(asked).toBe(3);
});
