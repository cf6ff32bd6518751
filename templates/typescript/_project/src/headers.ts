// The security headers of HTTP answers, and answers to browsers that ask whether
// a page of another origin may call.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { App } from "./app.ts";
import type { Listener } from "./wire.ts";

/** Pages of the origins given may call; "*" stands for all. The age is in milliseconds. */
export function securityHeaders(hsts: number, origins: string[]): (next: Listener) => Listener {
  return (next) => (request, response) => {
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Cache-Control", "no-store"); // answers belong to one caller
    response.setHeader("X-Frame-Options", "DENY");
    response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    response.setHeader("Referrer-Policy", "no-referrer");
    // Told over plain HTTP, browsers ignore it. Where a proxy ends TLS, the header
    // is that proxy's word; at worst a client fools itself.
    if (hsts > 0 && request.headers["x-forwarded-proto"] === "https")
      response.setHeader("Strict-Transport-Security", `max-age=${Math.floor(hsts / 1000)}; includeSubDomains`);
    if (preflight(request, response, origins)) response.writeHead(204).end();
    else next(request, response);
  };
}

// Other origins get no such header, so that the browser keeps the answer from
// the page; that their requests are refused as well is the origin check's matter.
function preflight(request: IncomingMessage, response: ServerResponse, origins: string[]): boolean {
  if (origins.length === 0) return false;
  response.appendHeader("Vary", "Origin");
  const { origin } = request.headers;
  if (!origin || !(origins.includes(origin) || origins.includes("*"))) return false;
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate, Retry-After");
  if (request.method !== "OPTIONS" || !request.headers["access-control-request-method"]) return false;
  response.setHeader("Access-Control-Allow-Methods", "POST, GET, DELETE");
  // The origin is trusted, and the protocol has headers of names made up by tools.
  response.setHeader("Access-Control-Allow-Headers", request.headers["access-control-request-headers"] ?? "");
  response.setHeader("Access-Control-Max-Age", "600");
  return true;
}

/** They are outside the check of the origin: even a refusal carries them. */
export function withHeaders(app: App): void {
  app.wrap("headers", securityHeaders(app.config.MCP_HSTS_MAX_AGE, app.config.MCP_HTTP_ORIGINS));
}
