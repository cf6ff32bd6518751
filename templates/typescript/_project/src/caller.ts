// Who is calling.
import type { AuthInfo, ServerContext } from "@modelcontextprotocol/server";

// The callers that carry no token.
export const local = "local"; // over stdio: whoever started the process
export const anonymous = "anonymous"; // over HTTP

/** Who sent a request. */
export class Caller {
  readonly id: string; // from the token, or local, or anonymous
  readonly scopes: readonly string[]; // what the token permits
  readonly claims: Readonly<Record<string, unknown>>; // what else the check of the token found out
  readonly session: string; // of the handshake era; empty in the stateless one

  constructor(id: string, scopes: readonly string[] = [], claims: Record<string, unknown> = {}, session = "") {
    this.id = id;
    this.scopes = scopes;
    this.claims = claims;
    this.session = session;
  }

  /** The local caller, who already runs the process, has every scope. */
  has(scope: string): boolean {
    return this.id === local || this.scopes.includes(scope);
  }
}

/** Who calls a handler. */
export function callerOf({ http, sessionId }: ServerContext): Caller {
  return http ? fromToken(http.authInfo, sessionId) : new Caller(local, [], {}, sessionId);
}

/** The caller that a checked token stands for; none stands for nobody in particular. */
export function fromToken(token: AuthInfo | undefined, session = ""): Caller {
  if (!token?.clientId) return new Caller(anonymous, [], {}, session);
  return new Caller(token.clientId, token.scopes, token.extra, session);
}
