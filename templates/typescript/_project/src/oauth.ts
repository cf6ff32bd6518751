// Makes the server an OAuth 2.1 resource server: clients learn where to get a
// token, and which scopes they lack for what they want to do. Whether a token is
// good is the business of src/jwt.ts.
import type { AuthInfo } from "@modelcontextprotocol/server";
import type { App } from "./app.ts";
import { bodyOf, type Listener, refuse } from "./wire.ts";

/** Where RFC 9728 puts the metadata of a protected resource. */
const wellKnown = "/.well-known/oauth-protected-resource";

/** Describes the server as an OAuth resource. MCP_OAUTH_RESOURCE switches it on. */
export interface OAuthSettings {
  MCP_OAUTH_RESOURCE: string;
  MCP_OAUTH_SERVERS: string[];
  MCP_OAUTH_SCOPES: string[];
  MCP_OAUTH_TOOL_SCOPES: Record<string, string>; // of a tool: SCOPE or SCOPE SCOPE
}

/** Calls wrong with everything that is wrong with the settings. */
export function checkOAuth(s: OAuthSettings, wrong: (setting: keyof OAuthSettings, why: string) => void): void {
  const resource = s.MCP_OAUTH_RESOURCE;
  if (resource === "") return;
  const what = "it must be a URL without a fragment, such as https://mcp.example.com/mcp";
  if (!URL.canParse(resource) || new URL(resource).host === "" || resource.includes("#"))
    wrong("MCP_OAUTH_RESOURCE", `is ${JSON.stringify(resource)}: ${what}`);
  if (s.MCP_OAUTH_SERVERS.length === 0)
    wrong("MCP_OAUTH_SERVERS", "is empty: name the issuer of the tokens, so that clients find it");
}

/** The server as clients see it. */
export class Resource {
  readonly #is: OAuthSettings;
  readonly #path: string; // without a trailing slash
  /** Where clients find the metadata. */
  readonly metadataUrl: string;

  constructor(settings: OAuthSettings) {
    this.#is = settings;
    const { origin, pathname } = new URL(settings.MCP_OAUTH_RESOURCE);
    this.#path = pathname.replace(/\/+$/, "");
    this.metadataUrl = origin + wellKnown + this.#path;
  }

  /** The paths of the metadata: for this resource, and for the whole host, where simple clients look. */
  get paths(): string[] {
    return [...new Set([wellKnown + this.#path, wellKnown])];
  }

  /** Serves the metadata. It is public: any page may read it. */
  readonly metadata: Listener = (request, response) => {
    const all = sorted([...this.#is.MCP_OAUTH_SCOPES, ...Object.values(this.#is.MCP_OAUTH_TOOL_SCOPES).flatMap(words)]);
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-methods", "GET, OPTIONS");
    response.setHeader("access-control-allow-headers", "Content-Type");
    if (request.method === "OPTIONS") response.writeHead(204).end();
    else if (request.method !== "GET") refuse(request, response, 405, "Method not allowed");
    else {
      const told = {
        resource: this.#is.MCP_OAUTH_RESOURCE,
        authorization_servers: this.#is.MCP_OAUTH_SERVERS,
        ...(all.length > 0 && { scopes_supported: all }),
        bearer_methods_supported: ["header"],
        resource_name: "Acme Server",
      };
      response.writeHead(200, { "content-type": "application/json" }).end(`${JSON.stringify(told)}\n`);
    }
  };

  /**
   * Answers a request whose token lacks a scope for the tool that it calls with 403
   * and a challenge that names the scopes, so that the client can ask its user for
   * more ("step-up"). It belongs inside the check of tokens.
   */
  scopes(maxBody: number): (next: Listener) => Listener {
    return (next) => async (request, response) => {
      if (request.method !== "POST" || Object.keys(this.#is.MCP_OAUTH_TOOL_SCOPES).length === 0)
        return next(request, response);
      // The header that names the tool is not to be trusted in the handshake era, so
      // the body is read. What is wrong with it, the endpoint says.
      const wanted = this.#wanted((await bodyOf(request, maxBody).catch(() => "")) ?? "");
      const { auth } = request;
      if (wanted.every((scope) => auth?.scopes.includes(scope))) return next(request, response);
      const headers = { "www-authenticate": this.#challenge(auth, wanted) };
      if (auth) refuse(request, response, 403, "insufficient scope", headers);
      else refuse(request, response, 401, "this call takes a token", headers);
    };
  }

  /** The scopes for all calls in a body: one message or, as one of the old revisions allows, a list of them. */
  #wanted(body: string): string[] {
    let messages: unknown;
    try {
      messages = JSON.parse(body);
    } catch {
      return [];
    }
    return [messages].flat().flatMap((message) => {
      const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } | null };
      if (method !== "tools/call" || typeof params?.name !== "string") return [];
      return words(new Map(Object.entries(this.#is.MCP_OAUTH_TOOL_SCOPES)).get(params.name) ?? "");
    });
  }

  // It names all scopes that the call takes, also those that the token has: clients
  // ask for exactly what they are told.
  #challenge(auth: AuthInfo | undefined, wanted: string[]): string {
    const scopes = sorted([...this.#is.MCP_OAUTH_SCOPES, ...wanted]).join(" ");
    const challenge = `Bearer resource_metadata="${this.metadataUrl}", scope="${scopes}"`;
    if (!auth) return challenge;
    return `${challenge}, error="insufficient_scope", error_description="this call takes more scopes"`;
  }
}

function sorted(scopes: string[]): string[] {
  return [...new Set(scopes)].sort();
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** Tells clients where to get a token and which scopes it takes. */
export function withOauth(app: App): void {
  if (app.config.MCP_OAUTH_RESOURCE === "") return;
  const resource = new Resource(app.config);
  for (const path of resource.paths) app.routes.set(path, resource.metadata);
  app.bearer.metadataUrl = resource.metadataUrl;
  app.bearer.scopes = app.config.MCP_OAUTH_SCOPES;
  // Inside the check of tokens, which tells the scopes.
  app.wrap("session", resource.scopes(app.endpoint.maxBody));
}
