import { expect, test } from "vitest";
import { codes, Refusal } from "./calls.ts";
import { type Call, cancelledCode } from "./middleware.ts";
import { correlation, correlationOf, outcomeOf, outcomes, promptOf, toolOf, withCorrelation } from "./observe.ts";
import { failed, Problem } from "./problem.ts";

const trace = "0af7651916cd43dd8448eb211c80319c";
const parent = `00-${trace}-00f067aa0ba902b7-01`;

function call(method: string, params: Record<string, unknown>, traceparent: string | null = null): Call {
  const header = (name: string) => (name === "traceparent" ? traceparent : null);
  return { method, params, header, values: new Map() } as Partial<Call> as Call;
}

const refusal = (code: number) => new Refusal(code, "x", "x").answer();
const problem = (code: "not_found" | "timeout") => ({ result: { ...failed(new Problem(code, "x", "y")) } });

test.each([
  ["result", { result: { tools: [] } }, "ok"],
  ["notification", {}, "ok"],
  ["tool that says no", problem("not_found"), "tool_error"],
  ["tool that ran out of time", problem("timeout"), "timeout"],
  ["tool result of text", { result: { isError: true, content: [{ type: "text", text: "no" }] } }, "tool_error"],
  ["tool result of nothing", { result: { isError: true } }, "tool_error"],
  ["question", { result: { resultType: "input_required" } }, "input_required"],
  ["cancelled", { error: { code: cancelledCode, message: "" } }, "cancelled"],
  ["bad arguments", { error: { code: -32602, message: "" } }, "rejected"],
  ["rate limit", refusal(codes.rateLimited), "rejected"],
  ["forbidden", refusal(codes.forbidden), "rejected"],
  ["own deadline", refusal(codes.timeout), "timeout"],
  ["overloaded", refusal(codes.overloaded), "failed"],
  ["dependency down", refusal(codes.unavailable), "failed"],
  ["internal", { error: { code: -32603, message: "" } }, "failed"],
  ["exception", undefined, "failed"],
])("the outcome of: %s", (_, answer, want) => {
  expect(outcomeOf(call("tools/call", {}), answer)).toBe(want);
  expect(outcomes).toContain(want);
});

test("a notification cannot fail the server", () => {
  expect(outcomeOf(call("notifications/initialized", {}), undefined)).toBe("rejected");
});

test("what the server itself gave up has timed out", () => {
  const late = call("tools/call", {});
  late.values.set("timed out", true);
  expect(outcomeOf(late, { error: { code: cancelledCode, message: "" } })).toBe("timeout");
});

test("a prompt is no tool and a tool is no prompt", () => {
  const [tool, prompt] = [call("tools/call", { name: "greet" }), call("prompts/get", { name: "review" })];
  expect([toolOf(tool), promptOf(tool), toolOf(prompt), promptOf(prompt)]).toEqual(["greet", "", "", "review"]);
  expect(toolOf(call("tools/call", { name: "é".repeat(4000) })).length).toBeLessThan(140);
});

test("the correlation id is that of the caller's trace", () => {
  expect(correlationOf(call("tools/call", { _meta: { traceparent: parent } }))).toBe(trace);
  expect(correlationOf(call("tools/call", {}, parent))).toBe(trace);
});

test.each([
  "",
  "nonsense",
  "00-short-00f067aa0ba902b7-01",
  `00-${trace.toUpperCase()}-00f067aa0ba902b7-01`,
  `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
  '00-\n"level":"ERROR","msg":"forged"-00f067aa0ba902b7-01',
  `00-${trace}-${"0".repeat(300)}-01`,
])("a caller cannot write into the logs: %j", (bad) => {
  const ids = [1, 2].map(() => correlationOf(call("tools/call", { _meta: { traceparent: bad } }, bad)));
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});

test("the correlation id travels with the work", async () => {
  expect(correlation()).toBe("");
  await withCorrelation(trace, async () => {
    await null;
    expect(correlation()).toBe(trace);
  });
});
