import { expect, test } from "vitest";
import { compatible } from "./compat.ts";
import type { Answer, Call } from "./middleware.ts";

const pass = (method: string, params: object, answer: Answer = { result: {} }, era: Call["era"] = "legacy") =>
  compatible({ method, params, era } as Call, async () => answer);
const withLevel = (level: unknown) => ({ _meta: { "io.modelcontextprotocol/logLevel": level } });

test.each<[string, string, object]>([
  ["a log level", "logging/setLevel", { level: "loud" }],
  ["no log level", "logging/setLevel", {}],
  ["the log level of a call", "tools/call", withLevel("loud")],
  ["answers as a text", "tools/call", { inputResponses: "yes" }],
  ["answers as a list", "tools/call", { inputResponses: [] }],
])("%s is refused", async (_, method, params) => {
  expect(await pass(method, params)).toMatchObject({ error: { code: -32602 } });
});

test.each<[string, string, object]>([
  ["a log level", "logging/setLevel", { level: "warning" }],
  ["the log level of a call", "tools/call", withLevel("debug")],
  ["answers", "tools/call", { inputResponses: {} }],
  ["nothing", "tools/list", {}],
])("%s is let through", async (_, method, params) => {
  expect(await pass(method, params)).toEqual({ result: {} });
});

test("a method that is gone is not looked into", async () => {
  expect(await pass("logging/setLevel", { level: "loud" }, undefined, "modern")).toEqual({ result: {} });
});

test("what the client refused is told in this server's terms", async () => {
  const failed = (text: string) => ({ result: { isError: true, content: [{ type: "text", text }] } });
  const told = await pass("tools/call", {}, failed("Fulfilling input required by 'tools/call' failed: not now"));
  expect(JSON.stringify(told)).toContain("The client did not give what the tool asked for: not now.");
  expect(await pass("tools/call", {}, failed("else"))).toEqual(failed("else"));
});
