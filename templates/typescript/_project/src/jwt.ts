// Knows callers by signed tokens of an identity provider.
import { createPublicKey, type KeyObject } from "node:crypto";
import type { App } from "./app.ts";
import type { Secret } from "./secret.ts";

/** Whose tokens are good. One source of keys switches tokens on. */
export interface JwtSettings {
  MCP_JWT_JWKS_URL: string;
  MCP_JWT_PUBLIC_KEY: string;
  MCP_JWT_SECRET: Secret;
  MCP_JWT_ISSUER: string;
  MCP_JWT_AUDIENCE: string;
  MCP_JWT_CLOCK_SKEW: number; // milliseconds
  MCP_JWT_JWKS_REFRESH: number; // milliseconds
}

/** Calls wrong with everything that is wrong with the settings. */
export function checkJwt(s: JwtSettings, wrong: (setting: keyof JwtSettings, why: string) => void): void {
  const sources = sourcesOf(s);
  if (sources.length === 0) return;
  if (s.MCP_JWT_ISSUER === "") wrong("MCP_JWT_ISSUER", "is empty: set it to the iss of the tokens");
  if (s.MCP_JWT_CLOCK_SKEW > 300_000)
    wrong("MCP_JWT_CLOCK_SKEW", `is ${s.MCP_JWT_CLOCK_SKEW / 1000}s: it must be between 0s and 5m`);
  if (s.MCP_JWT_JWKS_REFRESH < 60_000)
    wrong("MCP_JWT_JWKS_REFRESH", `is ${s.MCP_JWT_JWKS_REFRESH / 1000}s: it must be at least 1m`);
  if (sources.length > 1)
    wrong("MCP_JWT_JWKS_URL", "set one of MCP_JWT_JWKS_URL, MCP_JWT_PUBLIC_KEY and MCP_JWT_SECRET, not several");
  else if (s.MCP_JWT_JWKS_URL !== "" && !safe(s.MCP_JWT_JWKS_URL))
    wrong("MCP_JWT_JWKS_URL", "must begin with https://");
  else if (s.MCP_JWT_PUBLIC_KEY !== "") {
    const key = publicKeyOf(s.MCP_JWT_PUBLIC_KEY);
    if (typeof key === "string") wrong("MCP_JWT_PUBLIC_KEY", key);
  } else if (s.MCP_JWT_JWKS_URL === "" && Buffer.byteLength(s.MCP_JWT_SECRET.reveal()) < 32)
    wrong("MCP_JWT_SECRET", "is shorter than 32 bytes, which can be guessed: make one with `openssl rand -base64 32`");
}

// Whoever can change the keys on their way can sign in as anybody. This machine
// itself is the exception, for development.
function safe(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === "https:") return true;
  return url?.protocol === "http:" && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
}

/** The key, or what is wrong with it. */
export function publicKeyOf(pem: string): KeyObject | string {
  if (pem.includes("PRIVATE KEY")) return "is not a public key: the server must not hold the private one";
  try {
    return createPublicKey(pem);
  } catch {
    return "is no public key in PEM";
  }
}

/** Accepts signed tokens. */
export function withJwt(app: App): void {
  const settings: JwtSettings = { ...app.config };
  //mcpctl:if oauth
  settings.MCP_JWT_AUDIENCE ||= app.config.MCP_OAUTH_RESOURCE; // as RFC 8707 has it
  //mcpctl:end
  if (sourcesOf(settings).length === 0) return;
  if (settings.MCP_JWT_AUDIENCE === "")
    throw new Error(
      "MCP_JWT_AUDIENCE is empty: a token that was issued for another service would be good here; set it to this server's identifier",
    );
  const loading = import("./tokens.ts").then(({ tokenVerifier }) => tokenVerifier(settings));
  app.verifiers.push(async (token) => (await loading)(token));
}

function sourcesOf(s: JwtSettings): string[] {
  return [s.MCP_JWT_JWKS_URL, s.MCP_JWT_PUBLIC_KEY, s.MCP_JWT_SECRET.reveal()].filter((source) => source !== "");
}
