import { expect, test } from "vitest";
import { codes, failed, isWork, Refusal, target } from "./calls.ts";
import { Problem } from "./problem.ts";

test.each<[string, Record<string, unknown>, string, string]>([
  ["tools/call", { name: "echo" }, "tool", "echo"],
  ["resources/read", { uri: "a://b" }, "resource", "a://b"],
  ["resources/read", { uri: "a://b/x/../y" }, "resource", "a://b/y"],
  ["resources/subscribe", { uri: "a://b" }, "resource", "a://b"],
  ["prompts/get", { name: "p" }, "prompt", "p"],
  ["completion/complete", { ref: { type: "ref/prompt", name: "p" } }, "prompt", "p"],
  ["completion/complete", { ref: { type: "ref/resource", uri: "a://{x}" } }, "resource", "a://{x}"],
  ["completion/complete", {}, "", ""],
  ["tools/list", {}, "", ""],
])("what %s of %o is about", (method, params, kind, name) => {
  expect(target({ method, params })).toEqual({ kind, name });
});

test("calls are work, lists and subscriptions are not", () => {
  expect(["tools/call", "tools/list", "subscriptions/listen"].map(isWork)).toEqual([true, false, false]);
});

test("a refusal says what it knows and no more", () => {
  expect(new Refusal(codes.rateLimited, "rate_limited", "too many", "", 1500).answer()).toEqual({
    error: { code: -31429, message: "too many", data: { reason: "rate_limited", retryAfterMs: 1500 } },
  });
});

test("a failed call is complete in the era that wants to hear it", () => {
  const problem = new Problem("timeout", "no", "wait");
  const result = { content: [{ type: "text", text: problem.message }], isError: true };
  expect(failed({ era: "legacy" }, problem)).toEqual({ result });
  expect(failed({ era: "modern" }, problem)).toEqual({ result: { ...result, resultType: "complete" } });
});
