// Checks signed tokens. It is loaded only where there is a source of keys.
import { createSecretKey, type KeyObject } from "node:crypto";
import {
  createLocalJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import { InvalidToken, type Verifier } from "./auth.ts";
import { type JwtSettings, publicKeyOf } from "./jwt.ts";

// Bytes of a token: checking a larger one costs more than any provider's tokens
// are worth.
const maxToken = 16 << 10;
const maxKeys = 1 << 20; // bytes of a key set
const fetchTimeout = 10_000; // milliseconds

// The least milliseconds between two fetches: tokens with made-up key ids must not
// make the server hammer its identity provider.
const pause = 30_000;

/**
 * The caller's id is "user:SUBJECT"; claims that are not registered are passed on.
 */
export function tokenVerifier(settings: JwtSettings, now = Date.now): Verifier {
  const { MCP_JWT_JWKS_URL: jwks, MCP_JWT_PUBLIC_KEY: pem, MCP_JWT_ISSUER: issuer } = settings;
  const { MCP_JWT_AUDIENCE: audience, MCP_JWT_JWKS_REFRESH: refresh } = settings;
  const secret = settings.MCP_JWT_SECRET.reveal();
  const fixed = () => (pem !== "" ? (publicKeyOf(pem) as KeyObject) : createSecretKey(secret, "utf8"));
  const keys = jwks !== "" ? remoteKeys(jwks, refresh, now) : always(fixed());
  // Only these count, whatever a token asks for: otherwise a public key could be
  // passed off as a shared secret.
  const algorithms = secret !== "" ? ["HS256"] : ["RS256", "ES256"];
  const skew = settings.MCP_JWT_CLOCK_SKEW / 1000;
  return async (token) => {
    if (token.length > maxToken) throw new InvalidToken();
    const currentDate = new Date(now());
    const requiredClaims = ["exp", "sub"];
    const options = { issuer, audience, algorithms, requiredClaims, clockTolerance: skew, currentDate };
    const { sub, exp = 0, iat = 0, ...claims } = await verified(token, keys, options);
    if (!sub) throw new InvalidToken("it cannot be verified");
    if (iat > currentDate.getTime() / 1000 + skew) throw new InvalidToken("it is not valid yet");
    return {
      token,
      clientId: `user:${sub}`, // the prefix keeps a subject from posing as another kind of caller
      scopes: scopesOf(claims),
      expiresAt: exp + skew, // the skew was granted above
      extra: unregistered(claims),
    };
  };
}

function always(key: KeyObject): JWTVerifyGetKey {
  return () => key;
}

async function verified(token: string, keys: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw reasonOf(error);
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (inner) {
        if (!(inner instanceof errors.JWSSignatureVerificationFailed)) throw reasonOf(inner);
      }
    }
    throw new InvalidToken("it cannot be verified");
  }
}

/** Tells the caller what to mend, and nothing about the server's keys. */
function reasonOf(error: unknown): unknown {
  if (error instanceof Outage) return error;
  if (error instanceof errors.JWTExpired) return new InvalidToken("it has expired");
  const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : "";
  if (claim === "nbf") return new InvalidToken("it is not valid yet");
  if (claim === "aud") return new InvalidToken("it is for another audience");
  if (claim === "iss") return new InvalidToken("it is of another issuer");
  return new InvalidToken("it cannot be verified");
}

/** Providers call it scope (text separated by spaces), scp or roles (lists). */
function scopesOf({ scope, scp, roles }: JWTPayload): string[] {
  return [scope, scp, roles].flatMap((claim) => {
    if (typeof claim === "string") return claim.split(/\s+/).filter((s) => s !== "");
    return Array.isArray(claim) ? claim.filter((s) => typeof s === "string") : [];
  });
}

function unregistered({ iss, aud, nbf, jti, ...claims }: JWTPayload): Record<string, unknown> {
  return claims;
}

/** The keys are out of reach: not the fault of the token. */
class Outage extends Error {}

/**
 * A key set published at a URL. It is fetched when first needed, when it is old,
 * and when a token names a key that it does not hold, as it does after the provider
 * has rotated its keys. While the provider is down, the keys of before remain good.
 */
function remoteKeys(url: string, keep: number, now: () => number): JWTVerifyGetKey {
  let set: KeySet | undefined;
  let got = 0; // when set was fetched
  let tried = Number.NEGATIVE_INFINITY; // when a fetch was last begun
  let failure: unknown;
  let fetching: Promise<void> | undefined; // those who come meanwhile wait for the same answer
  const refresh = async () => {
    tried = now();
    try {
      set = await fetchKeys(url);
      got = tried;
    } catch (error) {
      failure = error;
    }
    fetching = undefined;
  };
  return async (header, token) => {
    const fresh = set !== undefined && now() - got < keep;
    const known = header?.kid === undefined || set?.jwks().keys.some((key) => key.kid === header.kid);
    if (!(fresh && known) && now() - tried >= pause) fetching ??= refresh();
    await fetching;
    if (set === undefined)
      throw new Outage(`the keys of the identity provider are out of reach: ${(failure as Error).message}`);
    return set(header, token);
  };
}

type KeySet = ReturnType<typeof createLocalJWKSet>;

async function fetchKeys(url: string): Promise<KeySet> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(fetchTimeout), redirect: "error" });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new Error(`it answers ${answer.status} ${answer.statusText}`);
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    length += part.length;
    if (length > maxKeys) throw new Error("its answer is too long");
    parts.push(part);
  }
  return createLocalJWKSet(JSON.parse(Buffer.concat(parts).toString("utf8"))); // throws if it is none
}
