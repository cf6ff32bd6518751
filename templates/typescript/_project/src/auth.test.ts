import { expect, test } from "vitest";
import { anyOf, type Bearer, InvalidToken, isLocal, requireToken, type Verifier } from "./auth.ts";
import { listen, newApp } from "./testing.ts";

const accept =
  (good: string, clientId: string): Verifier =>
  (token) => {
    if (token !== good) throw new InvalidToken();
    return { token, clientId, scopes: ["read"] };
  };
const broken: Verifier = () => {
  throw new Error("keys are out of reach");
};

test("one verifier is enough, and an outage is no verdict", async () => {
  const verify = anyOf([broken, accept("a", "alice"), accept("b", "bob")]);
  expect(await verify("b")).toMatchObject({ clientId: "bob" });
  await expect(verify("c")).rejects.toThrow("keys are out of reach");
  await expect(anyOf([accept("a", "alice")])("c")).rejects.toThrow(InvalidToken);
});

const metadataUrl = "https://x/.well-known/oauth-protected-resource";

test.each<[string, string, Partial<Bearer>, boolean, number, string | null, string]>([
  ["good token", "Bearer good", {}, false, 200, null, "alice"],
  ["no token", "", {}, false, 401, "Bearer", "no bearer token"],
  ["no bearer", "Basic Z29vZA==", {}, false, 401, 'Bearer error="invalid_token"', "no bearer token"],
  ["bad token", "Bearer bad", {}, false, 401, 'Bearer error="invalid_token"', "invalid token"],
  [
    "no token, metadata",
    "",
    { metadataUrl },
    false,
    401,
    `Bearer resource_metadata="${metadataUrl}"`,
    "no bearer token",
  ],
  [
    "scope is missing",
    "Bearer good",
    { scopes: ["write"] },
    false,
    403,
    'Bearer scope="write", error="insufficient_scope"',
    "insufficient scope",
  ],
  ["no end", "Bearer good", { lasting: false }, false, 401, 'Bearer error="invalid_token"', "token missing expiration"],
  ["anonymous", "", {}, true, 200, null, "nobody"],
  ["anonymous with a token", "Bearer bad", {}, true, 401, 'Bearer error="invalid_token"', "invalid token"],
])("%s", async (_, authorization, bearer, anonymous, status, challenge, says) => {
  const require = requireToken(accept("good", "alice"), { scopes: [], lasting: true, ...bearer }, anonymous);
  const { post } = await listen(
    require((request, response) => {
      expect(request.headers.authorization ?? request.headersDistinct.authorization).toBeUndefined();
      response.end(request.auth ? request.auth.clientId + request.auth.token : "nobody");
    }),
  );
  const response = await post({}, authorization === "" ? {} : { authorization });
  expect([response.status, response.headers.get("www-authenticate")]).toEqual([status, challenge]);
  expect((await response.text()).trim()).toBe(says);
});

test("a token that has expired is refused, one that cannot be judged is not blamed", async () => {
  const expired: Verifier = (token) => ({ token, clientId: "alice", scopes: [], expiresAt: 1 });
  for (const [verify, status, says] of [
    [expired, 401, "token expired"],
    [broken, 500, "keys are out of reach"],
  ] as const) {
    const { post } = await listen(requireToken(verify, { scopes: [] }, false)((_, response) => response.end()));
    const response = await post({}, { authorization: "Bearer good" });
    expect([response.status, (await response.text()).trim()]).toEqual([status, says]);
  }
});

test.each<[string, string, boolean]>([
  ["", "", false],
  ["127.0.0.1:8080", "", false],
  ["localhost:8080", "", false],
  ["[::1]:8080", "", false],
  [":8080", "", true],
  ["0.0.0.0:8080", "", true],
  ["0.0.0.0:8080", "true", false],
])("nobody can sign in: %s, anonymous: %s", (address, anonymous, refused) => {
  const make = () => newApp({ MCP_HTTP_ADDR: address, MCP_AUTH_ANONYMOUS: anonymous });
  if (refused) expect(make).toThrow("nobody could sign in, and everybody could call");
  else expect(make).not.toThrow();
  expect(isLocal(address)).toBe(/^(127|local|\[)/.test(address));
});
