// Asks every HTTP request for a token, whatever kinds of token the server knows.
import type { AuthInfo } from "@modelcontextprotocol/server";
import type { App } from "./app.ts";
import { type Incoming, type Listener, refuse } from "./wire.ts";

/** A token that is not good, and why. Any other error of a verifier is no verdict. */
export class InvalidToken extends Error {
  constructor(reason?: string) {
    super(reason === undefined ? "invalid token" : `invalid token: ${reason}`);
  }
}

/** Tells what a token stands for; clientId is the caller's id. It throws InvalidToken. */
export type Verifier = (token: string) => AuthInfo | Promise<AuthInfo>;

/** What is asked of a token, and what a refusal tells the client. */
export interface Bearer {
  scopes: string[]; // wanted for every request
  metadataUrl?: string; // where to learn how to get a token
  lasting?: boolean; // a token may be good for ever
}

/**
 * Accepts what one of several verifiers accepts. One that cannot decide (its keys
 * are out of reach) does not keep the others from accepting; if none does, its
 * error wins over "invalid", as the token may be good.
 */
export function anyOf(verifiers: Verifier[]): Verifier {
  return async (token) => {
    let refusal: unknown = new InvalidToken();
    for (const verify of verifiers) {
      try {
        return await verify(token);
      } catch (error) {
        if (!(error instanceof InvalidToken)) refusal = error;
      }
    }
    throw refusal;
  };
}

/**
 * Refuses requests without a token that verify accepts. It takes the token out of
 * what it passes on: tools must not use a caller's token elsewhere, and logs must
 * not show it. With anonymous, requests that bring no token pass as they are.
 */
export function requireToken(verify: Verifier, bearer: Bearer, anonymous: boolean): (next: Listener) => Listener {
  return (next) => async (request, response) => {
    const { authorization = "" } = request.headers;
    if (anonymous && authorization === "") return next(request, response);
    const { token, refusal } = await check(verify, bearer, authorization);
    if (refusal) {
      const challenge = challengeOf(bearer, refusal.status, authorization !== "");
      return refuse(request, response, refusal.status, refusal.why, challenge ? { "www-authenticate": challenge } : {});
    }
    dropHeader(request, "authorization");
    request.auth = { ...token, token: "" };
    next(request, response);
  };
}

interface Refused {
  status: 401 | 403 | 500;
  why: string;
}

type Checked = { token: AuthInfo; refusal?: never } | { token?: never; refusal: Refused };

async function check(verify: Verifier, bearer: Bearer, authorization: string): Promise<Checked> {
  const refused = (status: Refused["status"], why: string): Checked => ({ refusal: { status, why } });
  const [scheme, text, ...more] = authorization.trim().split(/\s+/);
  if (scheme?.toLowerCase() !== "bearer" || text === undefined || more.length > 0)
    return refused(401, "no bearer token");
  let token: AuthInfo;
  try {
    token = await verify(text);
  } catch (error) {
    if (error instanceof InvalidToken) return refused(401, error.message);
    return refused(500, error instanceof Error ? error.message : String(error));
  }
  if (!bearer.scopes.every((scope) => token.scopes.includes(scope))) return refused(403, "insufficient scope");
  if (token.expiresAt === undefined) return bearer.lasting ? { token } : refused(401, "token missing expiration");
  return token.expiresAt < Date.now() / 1000 ? refused(401, "token expired") : { token };
}

/** The challenge that RFC 6750 wants with a refusal, with the reason if there was a token. */
function challengeOf(bearer: Bearer, status: number, hadToken: boolean): string | undefined {
  const { metadataUrl, scopes } = bearer;
  const told = [
    ...(metadataUrl ? [`resource_metadata="${metadataUrl}"`] : []),
    ...(scopes.length > 0 ? [`scope="${scopes.join(" ")}"`] : []),
    ...(status === 401 && hadToken ? ['error="invalid_token"'] : []),
    ...(status === 403 ? ['error="insufficient_scope"'] : []),
  ];
  if (status === 500) return undefined;
  return told.length > 0 ? `Bearer ${told.join(", ")}` : "Bearer";
}

/** Takes a header out of a request, wherever it is looked for. */
export function dropHeader(request: Incoming, name: string): void {
  delete request.headers[name];
  delete request.headersDistinct[name];
}

/** Whether only this machine can reach an address. */
export function isLocal(address: string): boolean {
  const host = address.slice(0, address.lastIndexOf(":"));
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Demands a token that one of the verifiers knows.
 *
 * Without a verifier there is nothing to demand: then only this machine is served,
 * where whoever can call could as well start the server.
 */
export function withAuth(app: App): void {
  const { MCP_AUTH_ANONYMOUS: anonymous, MCP_HTTP_ADDR: address } = app.config;
  if (app.verifiers.length > 0) app.wrap("auth", requireToken(anyOf(app.verifiers), app.bearer, anonymous));
  else if (address !== "" && !isLocal(address) && !anonymous)
    throw new Error(
      `nobody could sign in, and everybody could call: configure keys or tokens, or set MCP_AUTH_ANONYMOUS=true to serve all who reach ${address}`,
    );
}
