import { expect, test } from "vitest";
import { limitArguments, limitResults } from "./limits.ts";
import type { Answer, Call } from "./middleware.ts";
import { call, clientsOf, newApp } from "./testing.ts";

const asked = (method: string, params: object = {}) => ({ method, params, era: "legacy" }) as unknown as Call;
const text = (answer: Answer) => JSON.stringify(answer);

test.each<[string, unknown, string]>([
  ["none", undefined, ""],
  ["good", { a: { b: ["0123456789"] } }, ""],
  ["large", { a: ["012345", "012345", "012345", "012345", "012345", "012345", "012345"] }, "60 allowed"],
  ["deep", { a: { b: [{}] } }, "3 levels"],
  ["long string", { a: "0123456789x" }, "10 allowed"],
  ["long in bytes", { a: "ééééée" }, "11 bytes"],
  ["long key", { "0123456789x": 1 }, "10 allowed"],
])("arguments: %s", async (_, given, complaint) => {
  const refuse = limitArguments({ bytes: 60, depth: 3, text: 10 });
  const answer = await refuse(asked("tools/call", { name: "t", arguments: given }), async () => ({ result: {} }));
  expect(answer.result?.isError === true).toBe(complaint !== "");
  expect(text(answer)).toContain(complaint);
  expect(text(answer).includes("too_large")).toBe(complaint !== "");
});

test("results", async () => {
  const limit = limitResults(100);
  const large = { content: [{ type: "text", text: "x".repeat(100) }] };
  const give = (result: Record<string, unknown>) => async () => ({ result });
  const tool = await limit(asked("tools/call"), give(large));
  expect(tool.result?.isError).toBe(true);
  expect(text(tool)).toContain("100 allowed");
  const resource = await limit(asked("resources/read"), give(large));
  expect(resource.error).toMatchObject({ code: -32603, data: { reason: "result_too_large" } });
  expect(await limit(asked("tools/list"), give(large))).toEqual({ result: large }); // lists have pages
  expect(await limit(asked("tools/call"), give({ content: [] }))).toEqual({ result: { content: [] } });
  expect(await limitResults(0)(asked("tools/call"), give(large))).toEqual({ result: large });
});

test.each(["2025-11-25", "2026-07-28"])("the server has limits in %s", async (revision) => {
  const app = newApp({ MCP_MAX_STRING_BYTES: "50", MCP_MAX_RESULT_BYTES: "10" });
  const client = await clientsOf(app)(revision);
  for (const query of ["x".repeat(51), "x"])
    expect(await call(client, "search_notes", { query })).toMatchObject({
      isError: true,
      text: expect.stringContaining("too_large"),
    });
});
