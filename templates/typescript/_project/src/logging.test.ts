import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { App } from "./app.ts";
import { Caller } from "./caller.ts";
import { load } from "./config.ts";
import type { Level } from "./log.ts";
import { correlate, jsonLog, requestLines } from "./logging.ts";
import { type Answer, type Call, cancelledCode } from "./middleware.ts";

const trace = "0af7651916cd43dd8448eb211c80319c";

function call(method: string, params: Record<string, unknown> = {}): Call {
  const _meta = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
  const caller = new Caller("ada", [], {}, "session-1");
  return {
    method,
    params: { _meta, ...params },
    caller,
    header: () => null,
    values: new Map(),
  } as Partial<Call> as Call;
}

/** A log, and what it has written. */
function recorded(level: Level = "info") {
  const out = new PassThrough();
  const lines = () =>
    String(out.read() ?? "")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log: jsonLog(out, level), lines };
}

/** Sends a request through both middlewares and gives the log. */
async function run(level: Level, request: Call, answer: () => Promise<Answer>) {
  const { log, lines } = recorded(level);
  const inner = () => requestLines(() => log)(request, answer);
  await correlate(() => log)(request, inner).catch(() => {});
  return lines();
}

const refused = { error: { code: -32000, message: "too many requests of hunter2" } };

test("a request is one line", async () => {
  const request = call("tools/call", { name: "greet", arguments: { name: "hunter2" } });
  const lines = await run("info", request, async () => ({ result: {} }));
  expect(lines).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      level: "INFO",
      msg: "request",
      method: "tools/call",
      tool: "greet",
      outcome: "ok",
      duration_ms: expect.any(Number),
      caller: "ada",
      session: "session-1",
      correlation_id: trace,
    },
  ]);
});

test.each<[string, string, Answer | Error, string]>([
  ["a tool that did well", "tools/call", { result: {} }, "INFO"],
  ["a tool that failed", "tools/call", { result: { isError: true } }, "WARN"],
  ["a refusal", "tools/call", refused, "WARN"],
  ["an exception", "tools/call", new Error("disk on fire"), "ERROR"],
  ["what was cancelled", "tools/call", { error: { code: cancelledCode, message: "" } }, "INFO"],
  ["a ping", "ping", { result: {} }, "DEBUG"],
  ["a notification", "notifications/initialized", {}, "DEBUG"],
])("the level of %s", async (_, method, answer, level) => {
  const last = async () => {
    if (answer instanceof Error) throw answer;
    return answer;
  };
  expect(await run("debug", call(method), last)).toEqual([expect.objectContaining({ level })]);
  if (level === "DEBUG") expect(await run("info", call(method), last)).toEqual([]);
});

test("nothing of arguments and error texts is logged", async () => {
  const request = call("tools/call", { name: "login", arguments: { password: "hunter2" } });
  for (const answer of [async () => refused, () => Promise.reject(new Error("no account hunter2"))]) {
    const lines = await run("debug", request, answer);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain("hunter2");
  }
});

test("what is refused on its way is logged once", async () => {
  const { log, lines } = recorded();
  await correlate(() => log)(call("tools/call", { name: "greet" }), async () => refused);
  expect(lines()).toEqual([expect.objectContaining({ outcome: "rejected", code: -32000, correlation_id: trace })]);
});

test("every line of a request carries its id", async () => {
  const { log, lines } = recorded();
  await correlate(() => log)(call("ping"), async () => {
    await null;
    log.info("looking up", { city: "Kyiv" });
    return { result: {} };
  });
  log.info("later");
  expect(lines()).toEqual([
    expect.objectContaining({ msg: "looking up", city: "Kyiv", correlation_id: trace }),
    expect.not.objectContaining({ correlation_id: trace }),
  ]);
});

test("the server logs each request once, from the level that is set", async () => {
  for (const [level, count] of [
    ["INFO", 1],
    ["error", 0],
  ] as const) {
    const errors = new PassThrough();
    const app = new App(load("", { MCP_LOG_LEVEL: level }).config, { version: "1.2.3", errors });
    await app.chain.run(call("tools/list"), async () => ({ result: { tools: [] } }));
    expect(String(errors.read() ?? "").match(/"msg":"request"/g) ?? []).toHaveLength(count);
  }
  expect(() => load("", { MCP_LOG_LEVEL: "loud" })).toThrow("MCP_LOG_LEVEL: must be debug, info, warn or error");
});
