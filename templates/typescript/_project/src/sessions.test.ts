import { expect, test } from "vitest";
import { Sessions } from "./sessions.ts";
import { hello, listen, newApp, serve } from "./testing.ts";
import type { Listener } from "./wire.ts";

/** Sessions around an endpoint that opens numbered ones; who calls is told by a header. */
async function world(most: number) {
  const state = { clock: 0, opened: 0, during: () => {} };
  const endpoint: Listener = (request, response) => {
    state.during();
    const [id] = request.headersDistinct["mcp-session-id"] ?? [];
    if (id === undefined && !request.headers["mcp-protocol-version"]?.includes("2026")) {
      request.opened?.(`s${++state.opened}`);
      response.setHeader("mcp-session-id", `s${state.opened}`);
    }
    response.writeHead(id === "none" ? 404 : 200).end();
  };
  const guard = new Sessions(most, 60_000, () => state.clock).guard(endpoint);
  const { url } = await listen((request, response) => {
    const clientId = String(request.headers["x-caller"]);
    request.auth = { token: "", clientId, scopes: [] };
    guard(request, response);
  });
  const ask = async (caller: string, id = "", method = "POST", revision = "2025-11-25") => {
    const headers = { "x-caller": caller, "mcp-protocol-version": revision, ...(id && { "mcp-session-id": id }) };
    const response = await fetch(url, { method, headers });
    await response.text();
    await new Promise((resolve) => setTimeout(resolve, 1)); // the server sees the end a moment later
    return response;
  };
  return { state, ask, status: async (...args: Parameters<typeof ask>) => (await ask(...args)).status };
}

test("a session belongs to its caller", async () => {
  const { ask, status } = await world(10);
  expect((await ask("alice")).headers.get("mcp-session-id")).toBe("s1");
  expect(await status("alice", "s1")).toBe(200);
  expect(await status("eve", "s1")).toBe(404);
  expect(await status("eve", "s1", "DELETE")).toBe(404);
  expect(await status("alice", "s1")).toBe(200);
});

test("an idle session ends", async () => {
  const { state, status } = await world(10);
  await status("alice");
  state.clock += 50_000;
  expect(await status("alice", "s1")).toBe(200);
  state.during = () => {
    state.clock += 3_600_000; // a long request is not idleness
  };
  expect(await status("alice", "s1")).toBe(200);
  state.during = () => {};
  expect(await status("alice", "s1")).toBe(200);
  state.clock += 61_000;
  expect(await status("alice", "s1")).toBe(404);
});

test("there are only so many sessions", async () => {
  const { state, ask, status } = await world(2);
  await status("alice");
  await status("bob");
  const full = await ask("carol");
  expect([full.status, full.headers.get("retry-after")]).toEqual([503, "30"]);
  expect(await status("carol", "", "POST", "2026-07-28")).toBe(200); // without a session
  await status("alice", "s1", "DELETE");
  expect(await status("carol")).toBe(200);
  state.clock += 120_000;
  expect(await status("dave")).toBe(200);
});

test("settings", () => {
  expect(() => newApp({ MCP_SESSION_MAX: "0" })).toThrow("MCP_SESSION_MAX");
  expect(() => newApp({ MCP_SESSION_IDLE: "0s" })).toThrow("MCP_SESSION_IDLE");
});

test("over HTTP, one session too many is refused and another caller sees none", async () => {
  const app = newApp({ MCP_SESSION_MAX: "1", MCP_SESSION_IDLE: "10m" });
  expect(app.endpoint.sessionTimeout).toBe(600_000);
  app.wrap("auth", (next) => (request, response) => {
    request.auth = { token: "", clientId: String(request.headers["x-caller"] ?? "ada"), scopes: ["operator"] };
    next(request, response);
  });
  const { post } = await serve(app);
  const first = await post(hello);
  const session = { "mcp-session-id": String(first.headers.get("mcp-session-id")) };
  expect(await first.text()).toContain("serverInfo");
  expect((await post(hello)).status).toBe(503);
  const ping = { jsonrpc: "2.0", id: 2, method: "ping" };
  expect((await post(ping, session)).status).toBe(200);
  const stolen = await post(ping, { ...session, "x-caller": "eve" });
  const guessed = await post(ping, { "mcp-session-id": "guess" });
  expect([stolen.status, await stolen.text()]).toEqual([404, await guessed.text()]);
});
