import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { Resource } from "./oauth.ts";
import { hello, listen, newApp, serve } from "./testing.ts";

const settings = {
  MCP_OAUTH_RESOURCE: "https://mcp.example.com/mcp",
  MCP_OAUTH_SERVERS: ["https://id.example.com"],
  MCP_OAUTH_SCOPES: ["use"],
  MCP_OAUTH_TOOL_SCOPES: { delete: "write admin" },
};
const metadataUrl = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";

test("the metadata tells where to get a token", async () => {
  const resource = new Resource(settings);
  expect(resource.metadataUrl).toBe(metadataUrl);
  expect(resource.paths).toEqual([
    "/.well-known/oauth-protected-resource/mcp",
    "/.well-known/oauth-protected-resource",
  ]);
  const { url, post } = await listen(resource.metadata);
  const response = await fetch(url);
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(await response.json()).toEqual({
    resource: "https://mcp.example.com/mcp",
    authorization_servers: ["https://id.example.com"],
    scopes_supported: ["admin", "use", "write"],
    bearer_methods_supported: ["header"],
    resource_name: "Acme Server",
  });
  expect((await fetch(url, { method: "OPTIONS" })).status).toBe(204);
  expect((await post({})).status).toBe(405);
});

const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "delete" } };
const challenge = `Bearer resource_metadata="${metadataUrl}", scope="admin use write"`;
const tooFew = `${challenge}, error="insufficient_scope", error_description="this call takes more scopes"`;

test.each<[string, string[] | undefined, string, number, string | null]>([
  ["enough", ["write", "admin"], JSON.stringify(call), 200, null],
  ["too few", ["write"], JSON.stringify(call), 403, tooFew],
  ["in a batch", ["write"], JSON.stringify([call]), 403, tooFew],
  ["no token", undefined, JSON.stringify(call), 401, challenge],
  ["other tool", [], JSON.stringify({ ...call, params: { name: "list" } }), 200, null],
  ["a list", undefined, JSON.stringify({ ...call, method: "tools/list" }), 200, null],
  ["no JSON", undefined, "{", 200, null],
  ["nothing", undefined, "null", 200, null],
  ["no text", undefined, JSON.stringify({ ...call, params: { name: { toString: 1, valueOf: 1 } } }), 200, null],
  ["no name of a tool", undefined, JSON.stringify({ ...call, params: { name: "constructor" } }), 200, null],
  ["too large", undefined, " ".repeat(201), 200, null], // it is the endpoint that refuses it
])("scopes for a tool: %s", async (_, scopes, body, status, wanted) => {
  const guarded = new Resource(settings).scopes(200)((request, response) => {
    request.body?.then((text) => response.end(text ?? "too large"));
  });
  const { url } = await listen((request, response) => {
    if (scopes) request.auth = { token: "", clientId: "u", scopes };
    guarded(request, response);
  });
  const response = await fetch(url, { method: "POST", body });
  expect([response.status, response.headers.get("www-authenticate")]).toEqual([status, wanted]);
  const text = await response.text();
  if (status === 200) expect(text).toBe(body.length > 200 ? "too large" : body);
});

test("settings", () => {
  const server = { MCP_OAUTH_SERVERS: "https://id.example.com" };
  for (const [wrong, why] of [
    [{ MCP_OAUTH_RESOURCE: "https://mcp.example.com/mcp" }, "MCP_OAUTH_SERVERS: is empty"],
    [{ MCP_OAUTH_RESOURCE: "mcp", ...server }, "it must be a URL without a fragment"],
    [{ MCP_OAUTH_RESOURCE: "https://mcp.example.com/#x", ...server }, "it must be a URL without a fragment"],
  ] as const)
    expect(() => newApp(wrong)).toThrow(why);
});

test("over HTTP, a token for this resource is wanted and more scopes are asked for", async () => {
  const secret = "0123456789abcdef0123456789abcdef";
  const { url, post } = await serve(
    newApp({
      MCP_OAUTH_RESOURCE: "https://mcp.example.com/mcp",
      MCP_OAUTH_SERVERS: "https://id.example.com",
      MCP_OAUTH_SCOPES: "use",
      MCP_OAUTH_TOOL_SCOPES: "add_note=write",
      MCP_JWT_SECRET: secret,
      MCP_JWT_ISSUER: "https://id.example.com",
    }),
  );
  for (const path of ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"])
    expect((await fetch(new URL(path, url))).status).toBe(200);
  const tokenFor = async (aud: string, scope: string) => {
    const token = new SignJWT({ scope }).setProtectedHeader({ alg: "HS256" }).setSubject("ada").setAudience(aud);
    const signed = token.setIssuer("https://id.example.com").setExpirationTime("1m");
    return { authorization: `Bearer ${await signed.sign(new TextEncoder().encode(secret))}` };
  };
  const ask = async (message: unknown, headers: Record<string, string>) => {
    const response = await post(message, headers);
    await response.body?.cancel();
    return [response.status, response.headers.get("www-authenticate")];
  };
  const known = `Bearer resource_metadata="${metadataUrl}", scope="use"`;
  expect(await ask(hello, {})).toEqual([401, known]);
  expect(await ask(hello, await tokenFor("https://other.example.com", "use"))).toEqual([
    401,
    `${known}, error="invalid_token"`,
  ]);
  expect(await ask(hello, await tokenFor("https://mcp.example.com/mcp", "read"))).toEqual([
    403,
    `${known}, error="insufficient_scope"`,
  ]);
  const mine = await tokenFor("https://mcp.example.com/mcp", "use");
  expect(await ask(hello, mine)).toEqual([200, null]);
  const [status, challenged] = await ask({ ...call, params: { name: "add_note" } }, mine);
  expect([status, String(challenged)]).toEqual([403, expect.stringContaining('scope="use write"')]);
});
