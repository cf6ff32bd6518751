import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Tasks, type Work } from "./tasks.ts";
import { call, clientsOf, newApp } from "./testing.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const hour = 3_600_000;
const quick: Work = async () => "done";
const endless = () => {
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const work: Work = (ended) =>
    new Promise((_, reject) =>
      ended.addEventListener("abort", () => {
        stop();
        reject(new Error("stopped"));
      }),
    );
  return { work, stopped };
};

test.each<[string, Work, object]>([
  [
    "completed",
    async (_, step) => {
      step(2, 2);
      return "done";
    },
    { state: "completed", done: 2, total: 2, result: "done" },
  ],
  ["failed", () => Promise.reject(new Error("no")), { state: "failed", error: "no" }],
])("a task that %s", async (_, work, want) => {
  const tasks = new Tasks(2, hour);
  const { id, state } = tasks.start("ada", work);
  expect(state).toBe("working");
  await vi.waitFor(() => expect(tasks.get("ada", id)).toMatchObject(want));
});

test("a cancelled task stops and stays cancelled", async () => {
  const tasks = new Tasks(2, hour);
  const { work, stopped } = endless();
  const { id } = tasks.start("ada", work);
  await Promise.resolve(); // it has begun
  expect(tasks.cancel("ada", id).state).toBe("cancelled");
  await stopped;
  await tasks.close();
  expect(tasks.get("ada", id).state).toBe("cancelled");
});

test("others' tasks are unknown", () => {
  const tasks = new Tasks(2, hour);
  const { id } = tasks.start("ada", quick);
  expect(() => tasks.get("eve", id)).toThrow("no such task");
  expect(() => tasks.cancel("eve", id)).toThrow("no such task");
});

test("no more are kept than allowed, and none for ever", async () => {
  const tasks = new Tasks(2, hour);
  const { id } = tasks.start("ada", quick);
  tasks.start("ada", quick);
  expect(() => tasks.start("ada", quick)).toThrow("too many tasks");
  await vi.waitFor(() => expect(tasks.get("ada", id).state).toBe("completed"));
  vi.setSystemTime(Date.now() + hour + 1000);
  expect(tasks.start("ada", quick).state).toBe("working");
});

test("closing stops the work, and no more begins", async () => {
  const tasks = new Tasks(2, hour);
  const { work, stopped } = endless();
  tasks.start("ada", work);
  await Promise.resolve();
  await tasks.close();
  await stopped;
  expect(() => tasks.start("ada", quick)).toThrow("too many tasks");
});

test.each(["2025-11-25", "2026-07-28"])("%s: one call starts a report, another fetches it", async (revision) => {
  const client = await clientsOf(newApp())(revision);
  const { given } = await call(client, "start_report");
  const task = given?.task;
  await vi.waitFor(async () => expect((await call(client, "poll_report", { task })).given?.state).toBe("completed"));
  const { given: report } = await call(client, "cancel_report", { task });
  expect(report).toMatchObject({ state: "completed", report: "1 notes with 6 words" });
  expect((await call(client, "poll_report", { task: "no-such" })).text).toContain("not_found");
});
