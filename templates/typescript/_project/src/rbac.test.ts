import { expect, test } from "vitest";
import { Caller } from "./caller.ts";
import type { Kind } from "./calls.ts";
import type { Call } from "./middleware.ts";
import { matches, Policy } from "./policy.ts";
import { guarded } from "./rbac.ts";
//mcpctl:if subscriptions
import { clientsOf, newApp, serve } from "./testing.ts";
//mcpctl:else
import { clientsOf, newApp } from "./testing.ts";
//mcpctl:end

const policy = new Policy(`
roles:
  operator: {tools: ["*"], resources: ["*"], prompts: ["*"]}
  reader: {tools: [list_*], resources: ["notes://*/public"]}
callers:
  user:alice: [operator]
  user:bob: []
needs:
  tool:delete_*: [notes:delete]
`);

test.each<[string, string[], Kind, string, boolean]>([
  ["user:alice", [], "tool", "add_note", true],
  ["user:alice", [], "prompt", "p", true],
  ["user:alice", [], "tool", "delete_note", false], // the capability is missing
  ["user:alice", ["notes:delete"], "tool", "delete_note", true],
  ["user:eve", [], "tool", "list_notes", false], // no role: denied by default
  ["user:eve", ["reader"], "tool", "list_notes", true],
  ["user:eve", ["reader"], "tool", "add_note", false],
  ["user:eve", ["reader"], "prompt", "p", false],
  ["user:eve", ["reader"], "resource", "notes://a/b/public", true],
  ["user:eve", ["reader"], "resource", "notes://a/private", false],
  ["user:bob", ["operator"], "tool", "list_notes", false], // listed: scopes give no role
])("%s with the scopes %s may use the %s %s: %s", (id, scopes, kind, name, allowed) => {
  expect(policy.missing(new Caller(id, scopes), kind, name) === undefined).toBe(allowed);
});

test("the built-in policy lets in who started the server, and no stranger", () => {
  const builtIn = new Policy();
  expect(builtIn.missing(new Caller("local"), "tool", "any")).toBeUndefined();
  expect(builtIn.missing(new Caller("anonymous"), "prompt", "any")).toBeUndefined();
  expect(builtIn.missing(new Caller("user:eve"), "tool", "any")).toBe("no role of this caller allows it");
});

test.each([
  "rules: {}",
  "roles: {r: {tool: [a]}}",
  "callers: {a: [b]}",
  "needs: {delete: [x]}",
  "needs: {delete:x: [x]}",
  "roles: [",
  "roles: 1",
])("the policy %s is refused", (bad) => {
  expect(() => newApp({ MCP_RBAC_POLICY: bad })).toThrow(/^MCP_RBAC_POLICY: [^\n]+$/);
});

test("a policy may be JSON", () => {
  const json = new Policy('{"roles": {"r": {"tools": ["a"]}}, "callers": {"c": ["r"]}}');
  expect(json.missing(new Caller("c"), "tool", "a")).toBeUndefined();
});

test.each<[string, string, boolean]>([
  ["*", "", true],
  ["*", "x", true],
  ["a", "a", true],
  ["a", "ab", false],
  ["a*", "ab", true],
  ["*b", "ab", true],
  ["*b", "abc", false],
  ["a*c*e", "abcde", true],
  ["a*c*e", "ace", true],
  ["a*c*e", "aec", false],
  ["a*a", "a", false],
  ["", "", true],
  ["", "x", false],
])("the pattern %s and %s", (pattern, name, match) => {
  expect(matches(pattern, name)).toBe(match);
});

test("what is not allowed is refused and not listed", async () => {
  const refused: string[] = [];
  const guard = guarded(policy, ({ method }) => refused.push(method));
  const list = { result: { tools: [{ name: "list_notes" }, { name: "add_note" }] } };
  const run = (method: string, params: Record<string, unknown>) =>
    guard({ method, params, caller: new Caller("user:eve", ["reader"]) } as unknown as Call, async () => list);

  expect(await run("tools/list", {})).toEqual({ result: { tools: [{ name: "list_notes" }] } });
  expect(list.result.tools).toHaveLength(2); // others may share it
  const forbidden = { error: { code: -31403, data: { reason: "forbidden" } } };
  expect(await run("tools/call", { name: "add_note" })).toMatchObject(forbidden);
  const notifications = { resourceSubscriptions: ["notes://a/public", "notes://a/private"] };
  expect(await run("subscriptions/listen", { notifications })).toMatchObject(forbidden);
  expect(refused).toEqual(["tools/call", "subscriptions/listen"]);
  expect(await run("tools/call", { name: "list_notes" })).toBe(list);
});

test("a client is shown and given what its role allows", async () => {
  const role = "{roles: {reader: {tools: [search_notes]}}, callers: {anonymous: [reader]}}";
  const client = await clientsOf(newApp({ MCP_RBAC_POLICY: role }))("2025-11-25");
  expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(["search_notes"]);
  expect((await client.callTool({ name: "search_notes", arguments: { query: "" } })).isError).toBeFalsy();
  const adding = client.callTool({ name: "add_note", arguments: { title: "t", text: "x" } });
  await expect(adding).rejects.toThrow('"anonymous" may not use the tool "add_note": no role of this caller allows it');
});
//mcpctl:if subscriptions

test("what a caller may not read it cannot listen to", async () => {
  const role = "{roles: {reader: {resources: ['notes://index']}}, callers: {anonymous: [reader]}}";
  const { post } = await serve(newApp({ MCP_RBAC_POLICY: role }));
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "t", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const listen = (uri: string) => {
    const params = { _meta, notifications: { resourceSubscriptions: [uri] } };
    const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "subscriptions/listen" };
    return post({ jsonrpc: "2.0", id: 1, method: "subscriptions/listen", params }, headers);
  };
  expect(await (await listen("notes://note/n1")).json()).toMatchObject({ id: 1, error: { code: -31403 } });
  const listening = await listen("notes://index");
  expect(listening.headers.get("content-type")).toBe("text/event-stream");
  await listening.body?.cancel();
});
//mcpctl:end
