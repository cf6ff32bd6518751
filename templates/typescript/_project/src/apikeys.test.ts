import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { keyFromHeader, keyVerifier, parseKeys } from "./apikeys.ts";
import { InvalidToken } from "./auth.ts";
import { hello, listen, newApp, serve } from "./testing.ts";

const hashOf = (key: string) => `sha256:${createHash("sha256").update(key).digest("hex")}`;

test("keys are known by their hashes", () => {
  const keys = parseKeys(`# of our own\nci ${hashOf("key-of-ci")} read,write 2026-12-31;bob ${hashOf("key-of-bob")}`);
  const verify = keyVerifier(keys, () => Date.UTC(2026, 11, 31, 23, 59));
  expect(verify("key-of-ci")).toMatchObject({ clientId: "key:ci", scopes: ["read", "write"] });
  expect(verify("key-of-bob")).toMatchObject({ clientId: "key:bob", scopes: [] });
  for (const bad of ["", "key-of-c", hashOf("key-of-ci")]) expect(() => verify(bad)).toThrow(InvalidToken);
  const later = keyVerifier(keys, () => Date.UTC(2027, 0, 1));
  expect(() => later("key-of-ci")).toThrow("invalid token: the key has expired");
});

test.each([
  ["ci", "write NAME sha256:HEX"],
  ["ci my-plain-key", "the second field must be"],
  ["ci sha256:abc", "the second field must be"],
  [`a ${hashOf("x")}\na ${hashOf("y")}`, "another key has this name"],
])("%s is refused, and the key not shown", (bad, why) => {
  expect(() => newApp({ MCP_API_KEYS: bad })).toThrow(`MCP_API_KEYS: key "${bad.slice(0, bad.indexOf(" "))}`.trim());
  expect(() => parseKeys(bad)).toThrow(why);
  expect(() => parseKeys(bad)).not.toThrow("my-plain-key");
});

test.each<[string, Record<string, string>, string]>([
  ["a key", { "x-api-key": "k" }, "Bearer k"],
  ["both", { "x-api-key": "k", authorization: "Bearer t" }, "Bearer t"],
  ["a token", { authorization: "Bearer t" }, "Bearer t"],
  ["neither", {}, ""],
])("%s in the headers", async (_, headers, want) => {
  const { post } = await listen(
    keyFromHeader((request, response) => {
      const { authorization = "", "x-api-key": left = "none" } = request.headers;
      response.end(`${authorization} ${left} ${request.headersDistinct["x-api-key"] ?? "none"}`);
    }),
  );
  expect(await (await post({}, headers)).text()).toBe(`${want} none none`);
});

test("over HTTP a key is wanted", async () => {
  const { post } = await serve(newApp({ MCP_API_KEYS: `ci ${hashOf("the-key")} operator` }));
  for (const [headers, status] of [
    [{}, 401],
    [{ authorization: "Bearer other" }, 401],
    [{ authorization: "Bearer the-key" }, 200],
    [{ "x-api-key": "the-key" }, 200],
    [{ "x-api-key": "the-key", "mcp-session-id": "x" }, 404],
  ] as const) {
    const response = await post(hello, headers);
    expect([headers, response.status]).toEqual([headers, status]);
    expect(response.headers.has("www-authenticate")).toBe(status === 401);
    await response.body?.cancel();
  }
});
