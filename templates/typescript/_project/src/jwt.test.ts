import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, exportPKCS8, exportSPKI, generateKeyPair, type JWK, SignJWT } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { InvalidToken } from "./auth.ts";
import type { JwtSettings } from "./jwt.ts";
import { Secret } from "./secret.ts";
import { hello, newApp, serve } from "./testing.ts";
import { tokenVerifier } from "./tokens.ts";

const now = Date.UTC(2026, 6, 28, 12);
const shared = "0123456789abcdef0123456789abcdef";
const issuer = "https://id.example.com";
const audience = "https://mcp.example.com/mcp";

/** A token that is good, save for what is changed. */
async function sign(
  alg: string,
  key: CryptoKey | string,
  change: Record<string, unknown> = {},
  kid?: string,
): Promise<string> {
  const good = { iss: issuer, aud: [audience], sub: "alice", exp: now / 1000 + 60, iat: now / 1000 };
  const claims = { ...good, scope: "read write", roles: ["operator"], team: "blue", ...change };
  return new SignJWT(claims)
    .setProtectedHeader({ alg, ...(kid && { kid }) })
    .sign(typeof key === "string" ? new TextEncoder().encode(key) : key);
}

function verifier(source: Partial<JwtSettings>, clock = () => now) {
  const settings: JwtSettings = {
    MCP_JWT_JWKS_URL: "",
    MCP_JWT_PUBLIC_KEY: "",
    MCP_JWT_SECRET: new Secret(""),
    MCP_JWT_ISSUER: issuer,
    MCP_JWT_AUDIENCE: audience,
    MCP_JWT_CLOCK_SKEW: 30_000,
    MCP_JWT_JWKS_REFRESH: 900_000,
    ...source,
  };
  const verify = tokenVerifier(settings, clock);
  return async (token: string) => verify(token);
}

const bySecret = verifier({ MCP_JWT_SECRET: new Secret(shared) });

test("a good token tells who calls and what is permitted", async () => {
  expect(await bySecret(await sign("HS256", shared))).toMatchObject({
    clientId: "user:alice",
    scopes: ["read", "write", "operator"],
    extra: { team: "blue" },
    expiresAt: now / 1000 + 90,
  });
  expect(await bySecret(await sign("HS256", shared, { exp: now / 1000 - 20 }))).toBeDefined(); // within the skew
});

test.each<[string, () => Promise<string> | string, string]>([
  ["expired", () => sign("HS256", shared, { exp: now / 1000 - 60 }), ": it has expired"],
  ["not yet valid", () => sign("HS256", shared, { nbf: now / 1000 + 60 }), ": it is not valid yet"],
  ["of the future", () => sign("HS256", shared, { iat: now / 1000 + 60 }), ": it is not valid yet"],
  ["no expiration", () => sign("HS256", shared, { exp: undefined }), ": it cannot be verified"],
  ["no subject", () => sign("HS256", shared, { sub: undefined }), ": it cannot be verified"],
  ["empty subject", () => sign("HS256", shared, { sub: "" }), ": it cannot be verified"],
  ["audience", () => sign("HS256", shared, { aud: ["https://other.example.com"] }), ": it is for another audience"],
  ["issuer", () => sign("HS256", shared, { iss: "https://evil.example.com" }), ": it is of another issuer"],
  ["other key", () => sign("HS256", "x".repeat(32)), ": it cannot be verified"],
  ["other method", () => sign("HS512", shared + shared), ": it cannot be verified"],
  ["unsigned", async () => `eyJhbGciOiJub25lIn0.${(await sign("HS256", shared)).split(".")[1]}.`, ""],
  ["garbage", () => "garbage", ": it cannot be verified"],
  ["huge", () => "x".repeat((16 << 10) + 1), ""],
])("a token that is not good: %s", async (_, token, why) => {
  const refused = await bySecret(await token()).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(InvalidToken);
  expect(String(refused)).toContain(`invalid token${why}`);
});

test.each(["RS256", "ES256"])("%s by a public key", async (algorithm) => {
  const { privateKey, publicKey } = await generateKeyPair(algorithm);
  const pem = await exportSPKI(publicKey);
  const verify = verifier({ MCP_JWT_PUBLIC_KEY: pem });
  expect(await verify(await sign(algorithm, privateKey))).toMatchObject({ clientId: "user:alice" });
  // The classic confusion: the public key, which everybody knows, as a shared secret.
  await expect(verify(await sign("HS256", pem))).rejects.toThrow(InvalidToken);
});

/** A provider that publishes one key; tests rotate it and take the provider down. */
async function provider() {
  const state = { keys: [] as JWK[], down: false, fetches: 0, url: "" };
  const server = createServer((_, response) => {
    state.fetches++;
    response.writeHead(state.down ? 503 : 200).end(JSON.stringify({ keys: state.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  return state;
}

async function newKey(kid: string): Promise<{ key: CryptoKey; public: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  return { key: privateKey, public: { ...(await exportJWK(publicKey)), kid } };
}

test("published keys are kept, looked for when unknown, and good while the provider is down", async () => {
  const [first, second] = [await newKey("first"), await newKey("second")];
  const published = await provider();
  published.keys = [first.public];
  let clock = now;
  const check = verifier({ MCP_JWT_JWKS_URL: published.url }, () => clock);
  const verify = async (key: CryptoKey, kid: string) =>
    check(await sign("ES256", key, { exp: clock / 1000 + 60 }, kid));

  await Promise.all([1, 2, 3].map(() => verify(first.key, "first")));
  expect(published.fetches).toBe(1);
  published.keys = [second.public];
  for (let i = 0; i < 3; i++) await expect(verify(second.key, "second")).rejects.toThrow(InvalidToken);
  expect(published.fetches).toBe(1); // not within the pause
  clock += 30_000;
  await verify(second.key, "second");
  expect(published.fetches).toBe(2);
  published.down = true;
  clock += 3_600_000;
  await verify(second.key, "second");
  expect(published.fetches).toBe(3);
});

test("two published keys without an id are both tried", async () => {
  const [first, second] = [await newKey("first"), await newKey("second")];
  const published = await provider();
  published.keys = [first, second].map(({ public: { kid, ...key } }) => key);
  const verify = verifier({ MCP_JWT_JWKS_URL: published.url });
  expect(await verify(await sign("ES256", second.key))).toMatchObject({ clientId: "user:alice" });
  await expect(verify(await sign("ES256", (await newKey("third")).key))).rejects.toThrow(InvalidToken);
});

test("an outage does not blame the token", async () => {
  const published = await provider();
  published.down = true;
  const verify = verifier({ MCP_JWT_JWKS_URL: published.url });
  const refused = await verify(await sign("ES256", (await newKey("k")).key, {}, "k")).catch((error: unknown) => error);
  expect(refused).not.toBeInstanceOf(InvalidToken);
  expect(String(refused)).toContain("the keys of the identity provider are out of reach: it answers 503");
});

test("settings that let anybody in are refused", async () => {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const good = { MCP_JWT_ISSUER: "i", MCP_JWT_AUDIENCE: "a" };
  expect(() => newApp()).not.toThrow();
  expect(() => newApp({ ...good, MCP_JWT_SECRET: shared })).not.toThrow();
  const pem = await exportPKCS8(privateKey);
  for (const [wrong, why] of [
    [{ MCP_JWT_SECRET: shared, MCP_JWT_JWKS_URL: "https://id.example.com/jwks" }, "set one of"],
    [{ MCP_JWT_SECRET: "short" }, "MCP_JWT_SECRET: is shorter than 32 bytes"],
    [{ MCP_JWT_PUBLIC_KEY: "x" }, "is no public key in PEM"],
    [{ MCP_JWT_PUBLIC_KEY: pem }, "must not hold the private one"],
    [{ MCP_JWT_JWKS_URL: "http://id.example.com/jwks" }, "must begin with https://"],
    [{ MCP_JWT_SECRET: shared, MCP_JWT_ISSUER: "" }, "MCP_JWT_ISSUER: is empty"],
    [{ MCP_JWT_SECRET: shared, MCP_JWT_CLOCK_SKEW: "6m" }, "between 0s and 5m"],
    [{ MCP_JWT_SECRET: shared, MCP_JWT_JWKS_REFRESH: "59s" }, "at least 1m"],
    [{ MCP_JWT_SECRET: shared, MCP_JWT_AUDIENCE: "" }, "MCP_JWT_AUDIENCE is empty"],
  ] as const)
    expect(() => newApp({ ...good, ...wrong })).toThrow(why);
});

test("over HTTP a token is wanted, and one for this server", async () => {
  const settings = { MCP_JWT_SECRET: shared, MCP_JWT_ISSUER: issuer, MCP_JWT_AUDIENCE: audience };
  const { post } = await serve(newApp(settings));
  const times = { iat: undefined, exp: Date.now() / 1000 + 60 };
  const good = await sign("HS256", shared, times);
  const elsewhere = await sign("HS256", shared, { ...times, aud: "https://other.example.com" });
  for (const [token, status, says] of [
    [good, 200, "serverInfo"],
    ["", 401, "no bearer token"],
    [elsewhere, 401, "invalid token"],
  ] as const) {
    const response = await post(hello, token === "" ? {} : { authorization: `Bearer ${token}` });
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(says);
  }
});
