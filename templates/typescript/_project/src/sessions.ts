// Guards the sessions of the handshake era: each belongs to the caller who opened
// it, ends when it is idle, and there are only so many. (The revision 2026-07-28
// has no sessions.)
import type { ServerResponse } from "node:http";
import type { App } from "./app.ts";
import { fromToken } from "./caller.ts";
import { type Incoming, type Listener, refuse } from "./wire.ts";

const header = "mcp-session-id";
const firstStateless = "2026-07-28"; // revisions are dates and sort as text

interface Session {
  caller: string;
  active: number; // requests under way
  seen: number;
}

/** Knows who opened which session. */
export class Sessions {
  readonly #most: number;
  readonly #idle: number;
  readonly #now: () => number;
  readonly #open = new Map<string, Session>();
  #opening = 0;

  /** So many may be open at once; one that is idle for so many milliseconds ends. */
  constructor(most: number, idle: number, now = Date.now) {
    this.#most = most;
    this.#idle = idle;
    this.#now = now;
  }

  /** It belongs inside the check of tokens. */
  readonly guard =
    (next: Listener): Listener =>
    (request, response) => {
      if (String(request.headers["mcp-protocol-version"] ?? "") >= firstStateless) return next(request, response);
      const caller = fromToken(request.auth).id;
      const id = request.headers[header];
      if (id === undefined || id === "") return this.#begin(request, response, caller, next);
      this.#enter(String(id), caller, request, response);
      next(request, response);
    };

  /** Serves a request without a session, which may open one. */
  #begin(request: Incoming, response: ServerResponse, caller: string, next: Listener): void {
    if (this.#open.size + this.#opening >= this.#most) this.#expire();
    if (this.#open.size + this.#opening >= this.#most) {
      const why = "too many sessions are open: try again later, or use the revision 2026-07-28, which needs none";
      refuse(request, response, 503, why, { "retry-after": "30" });
      return;
    }
    this.#opening++;
    let opened: Session | undefined;
    request.opened = (id) => {
      this.#opening--;
      opened = { caller, active: 1, seen: this.#now() };
      this.#open.set(id, opened);
    };
    response.once("close", () => {
      if (opened) this.#leave(opened);
      else this.#opening--;
    });
    next(request, response);
  }

  /** With an id that is not known it is up to the endpoint, which knows it no more. */
  #enter(id: string, caller: string, request: Incoming, response: ServerResponse): void {
    const session = this.#open.get(id);
    if (session === undefined) return;
    const ended = this.#isIdle(session);
    if (ended) this.#open.delete(id);
    if (ended || session.caller !== caller) {
      // The endpoint is to answer as to an id that never was: a stranger who guesses
      // or steals ids must not learn which are alive.
      request.headersDistinct[header] = ["none"];
      return;
    }
    session.active++;
    response.once("close", () => {
      this.#leave(session);
      if (request.method === "DELETE") this.#open.delete(id);
    });
  }

  #leave(session: Session): void {
    session.active--;
    session.seen = this.#now();
  }

  #isIdle({ active, seen }: Session): boolean {
    return active === 0 && this.#now() - seen > this.#idle;
  }

  #expire(): void {
    for (const [id, session] of this.#open) if (this.#isIdle(session)) this.#open.delete(id);
  }
}

/** Binds sessions to their callers and ends idle ones. */
export function withSessions(app: App): void {
  const { MCP_SESSION_MAX: most, MCP_SESSION_IDLE: idle } = app.config;
  app.wrap("session", new Sessions(most, idle).guard);
  app.endpoint.sessionTimeout = idle; // the endpoint frees what they hold
}
