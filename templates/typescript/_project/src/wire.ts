// What stands between the network and the SDK. It refuses what is no proper
// message, one message at a time, where @modelcontextprotocol/server 2.4 would
// drop it or answer without its id; it keeps the sessions of the revisions that
// have them; and it keeps web pages of strangers out. A later SDK may make parts
// of it needless.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import {
  type AuthInfo,
  createMcpHandler,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type McpServerFactory,
  PROTOCOL_VERSION_META_KEY,
  //mcpctl:if subscriptions
  type ServerEventBus,
  //mcpctl:end
  type Transport,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";

const maxDepth = 100; // of nested arrays and objects
const maxBatch = 100; // messages
const grace = 20_000; // milliseconds for answers after the end of input

// Revisions are dates and sort as text.
const lastBatching = "2025-03-26";
const firstStateless = "2026-07-28";
const revisions = ["2024-11-05", lastBatching, "2025-06-18", "2025-11-25", firstStateless];

const parseError = -32700;
const invalidRequest = -32600;
const methodNotFound = -32601;
const invalidParams = -32602;
const headerMismatch = -32020;
const missingCapability = -32021;
const unsupportedVersion = -32022;

type Fields = Record<string, unknown>;

/** Why a message is refused; to be sent back under the message's id. */
interface Refusal {
  code: number;
  message: string;
  data?: unknown;
}

/** What is looked at before the SDK sees a message. */
interface Message {
  id?: string | number; // none: a notification
  method?: string; // none: a response
  fields?: Fields;
  refusal?: Refusal;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses a text, or tells why it is refused. */
function parse(text: string): { value?: unknown; refusal?: Refusal } {
  if (tooDeep(text))
    return {
      refusal: {
        code: invalidRequest,
        message: "the message is nested too deeply",
      },
    };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { refusal: { code: parseError, message: "this is not JSON" } };
  }
}

function tooDeep(text: string): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (inText && c === "\\") i++;
    else if (c === '"') inText = !inText;
    else if (!inText && (c === "[" || c === "{")) {
      if (++depth > maxDepth) return true;
    } else if (!inText && (c === "]" || c === "}")) depth--;
  }
  return false;
}

/** Checks one message. */
function read(value: unknown): Message {
  const m: Message = {};
  const refuse = (message: string, code = invalidRequest, data?: unknown): Message => {
    m.refusal = { code, message, ...(data !== undefined && { data }) };
    return m;
  };
  if (!isObject(value)) return refuse("a message is an object");
  m.fields = value;
  const { id, method, params } = value;
  if (typeof id === "string" || Number.isSafeInteger(id)) m.id = id as string | number;
  if (value.jsonrpc !== "2.0") return refuse('jsonrpc must be "2.0"');
  if (id !== undefined && m.id === undefined) return refuse("id must be a string or a whole number");
  if (method === undefined) {
    if ("result" in value === "error" in value || m.id === undefined)
      return refuse("a message has a method, or an id and a result or an error");
    return m;
  }
  if (typeof method !== "string" || method === "") return refuse("method must be a text");
  m.method = method;
  if (params !== undefined && !isObject(params)) return refuse("params must be an object", invalidParams);
  if (params?._meta !== undefined && !isObject(params._meta)) return refuse("_meta must be an object", invalidParams);
  const args = params?.arguments;
  if (
    method === "prompts/get" &&
    args !== undefined &&
    !(isObject(args) && Object.values(args).every((a) => typeof a === "string"))
  )
    return refuse("the arguments of a prompt are an object of texts", invalidParams);
  if (method === "tools/call" && args !== undefined && !isObject(args))
    return refuse("the arguments of a tool are an object", invalidParams);
  //mcpctl:if pagination
  //mcpctl:else
  if (method.endsWith("/list") && params?.cursor !== undefined)
    return refuse("there is no such page: lists come whole", invalidParams);
  //mcpctl:end
  const requested = versionOf(m);
  if (requested !== undefined && !revisions.includes(requested))
    return refuse("unsupported protocol version", unsupportedVersion, {
      supported: [firstStateless],
      requested,
    });
  return m;
}

/** The revision that _meta names, if any. */
function versionOf(m: Message): string | undefined {
  const params = m.fields?.params;
  const meta = isObject(params) ? params._meta : undefined;
  const version = isObject(meta) ? meta[PROTOCOL_VERSION_META_KEY] : undefined;
  return typeof version === "string" ? version : undefined;
}

/** Read for a member of a batch. */
function readMember(value: unknown): Message {
  const m = read(value);
  if (!m.refusal && m.method === "initialize")
    m.refusal = {
      code: invalidRequest,
      message: "initialize must not be part of a batch",
    };
  return m;
}

/**
 * The answer to a refused message. Where the id is unknown it is null; an error
 * about a notification has none.
 */
function errorOf(m: Message, error: Refusal): string {
  if (m.id === undefined && m.method !== undefined) return JSON.stringify({ jsonrpc: "2.0", error });
  return JSON.stringify({ jsonrpc: "2.0", id: m.id ?? null, error });
}

function refused(m: Message, error: Refusal, status = 400): Response {
  return new Response(errorOf(m, error), {
    status,
    headers: { "content-type": "application/json" },
  });
}

// The statuses of errors since 2026-07-28. The SDK gives them only to what it
// refuses at once.
const statuses: Record<number, number> = {
  [methodNotFound]: 404,
  [invalidParams]: 400,
  [missingCapability]: 400,
  [unsupportedVersion]: 400,
};

async function withStatus(answer: Response): Promise<Response> {
  if (answer.status !== 200 || answer.headers.get("content-type") !== "application/json") return answer;
  const text = await answer.text();
  const { error } = text.includes('"error":') ? JSON.parse(text) : {};
  return new Response(text, { status: statuses[error?.code] ?? 200, headers: answer.headers });
}

/**
 * Makes what a factory makes say in one sentence what is wrong: the SDK's
 * errors are lists of many lines.
 */
function concise(factory: McpServerFactory): McpServerFactory {
  return async (context) => {
    const server = await factory(context);
    const connect = server.connect.bind(server);
    server.connect = (transport: Transport) => {
      const send = transport.send.bind(transport);
      transport.send = (message, options) => send(shortened(message), options);
      return connect(transport);
    };
    return server;
  };
}

function shortened(message: JSONRPCMessage): JSONRPCMessage {
  if (!("error" in message) || !message.error.message.includes("\n")) return message;
  const text = message.error.message;
  const what = /"message": "(.*?[^\\])"/.exec(text)?.[1] ?? text.slice(0, text.indexOf("\n"));
  const where = /"path": \[([^\]]*)\]/.exec(text)?.[1]?.match(/\w+/g)?.join(".");
  return { ...message, error: { ...message.error, code: invalidParams, message: where ? `${where}: ${what}` : what } };
}

type Listening = (
  message: JSONRPCRequest,
  extra: { request: Request; authInfo?: AuthInfo },
  serve: () => Promise<Response>,
) => Promise<Response>;

export interface EndpointOptions {
  maxBody: number; // bytes
  sessionTimeout?: number; // milliseconds that a session may be idle: an hour
  listen?: Listening; // what subscriptions pass on their way to the SDK
  //mcpctl:if subscriptions
  bus?: ServerEventBus; // what clients that listen are told of
  //mcpctl:end
}

interface Session {
  transport: WebStandardStreamableHTTPServerTransport;
  idle: NodeJS.Timeout;
  active: number; // calls under way
}

/**
 * The MCP endpoint for both eras. Since 2026-07-28 each request stands for
 * itself; before that a handshake opened a session.
 */
export class Endpoint {
  readonly #factory: McpServerFactory;
  readonly #options: EndpointOptions & { sessionTimeout: number };
  readonly #sessions = new Map<string, Session>();
  readonly #stateless: ReturnType<typeof createMcpHandler>;
  #calls = 0; // under way; streams that stay open do not count
  #idle: (() => void) | undefined;

  constructor(factory: McpServerFactory, options: EndpointOptions) {
    this.#factory = concise(factory);
    this.#options = { sessionTimeout: 3_600_000, ...options };
    //mcpctl:if subscriptions
    this.#stateless = createMcpHandler(this.#factory, { legacy: "reject", ...(options.bus && { bus: options.bus }) });
    //mcpctl:else
    this.#stateless = createMcpHandler(this.#factory, { legacy: "reject" });
    //mcpctl:end
  }

  /** How many sessions are open. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** Answers a request of node:http. */
  serve(request: Incoming, response: ServerResponse): void {
    if (response.destroyed) return; // the client has gone while others looked at the request
    response.setMaxListeners(50); // every layer wants to know of its end
    if (request.method === "POST" && request.headers["mcp-method"] !== "subscriptions/listen") {
      this.#calls++;
      response.once("close", () => {
        if (--this.#calls === 0) this.#idle?.();
      });
    }
    response.setHeader("x-accel-buffering", "no"); // else proxies hold back events
    this.#answer(request, response).catch(() => response.destroy()); // the client has gone
  }

  async #answer(request: Incoming, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const body = await bodyOf(request, this.#options.maxBody);
    const headers = new Headers();
    for (const [name, values] of Object.entries(request.headersDistinct))
      for (const value of values ?? []) headers.append(name, value);
    const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
    const { method = "GET" } = request;
    if (method === "POST") this.#busy(headers.get("mcp-session-id") ?? "", response);
    const answer =
      body === undefined
        ? refused({}, { code: invalidRequest, message: "the body is too large" }, 413)
        : await this.fetch(new Request(url, { method, headers, signal: gone.signal, ...(body !== "" && { body }) }), {
            ...(request.auth && { authInfo: request.auth }),
            ...(request.opened && { opened: request.opened }),
          });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.flushHeaders(); // events may be long in coming
    if (answer.body) await pipeline(Readable.fromWeb(answer.body as ReadableStream), response);
    else response.end();
  }

  // A session with a call under way is not idle, however long the call takes.
  #busy(id: string, response: ServerResponse): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    session.active++;
    response.once("close", () => {
      session.active--;
      if (this.#sessions.has(id)) session.idle.refresh();
    });
  }

  /** Answers a request. */
  async fetch(request: Request, who: Who = {}): Promise<Response> {
    const version = request.headers.get("mcp-protocol-version") ?? "";
    if (request.method !== "POST")
      return version >= firstStateless ? this.#stateless.fetch(request, who) : this.#inSession(request, {}, who);
    if (!/^application\/json\s*(;|$)/i.test(request.headers.get("content-type") ?? ""))
      return refused(
        {},
        {
          code: invalidRequest,
          message: "the content type must be application/json",
        },
        415,
      );
    const { value, refusal } = parse(await request.text());
    if (refusal) return refused({}, refusal);
    if (Array.isArray(value)) {
      if (version > lastBatching || value.length === 0 || value.length > maxBatch)
        return refused({}, { code: invalidRequest, message: "a batch is not accepted here" });
      return this.#batch(request, value.map(readMember), who);
    }
    const m = read(value);
    const named = versionOf(m);
    if (version !== "" && named !== undefined && named !== version)
      m.refusal = { code: headerMismatch, message: "MCP-Protocol-Version and _meta name different revisions" };
    if (m.refusal) return refused(m, m.refusal);
    return this.#one(request, m, who);
  }

  #one(request: Request, m: Message, who: Who): Promise<Response> {
    const version = request.headers.get("mcp-protocol-version") ?? "";
    const bare = new Request(request.url, {
      method: "POST",
      headers: request.headers,
      signal: request.signal,
    });
    if (version >= firstStateless || (versionOf(m) ?? "") >= firstStateless) return this.#alone(bare, m, who);
    return this.#inSession(bare, m, who);
  }

  // The SDK serves subscriptions without a server: nothing else sees them.
  #alone(request: Request, m: Message, who: Who): Promise<Response> {
    const serve = async () => withStatus(await this.#stateless.fetch(request, { parsedBody: m.fields, ...who }));
    const { listen } = this.#options;
    if (m.method !== "subscriptions/listen" || m.id === undefined || !listen) return serve();
    return listen(m.fields as JSONRPCRequest, { request, ...who }, serve);
  }

  async #inSession(request: Request, m: Message, who: Who): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    if (id === null && m.method === "initialize") return this.#open(request, m, who);
    const session = this.#sessions.get(id ?? "");
    if (id === null)
      return refused(m, {
        code: invalidRequest,
        message: "Mcp-Session-Id is missing: begin with initialize",
      });
    if (!session) return refused(m, { code: -32001, message: "there is no such session" }, 404);
    session.idle.refresh();
    return session.transport.handleRequest(request, { parsedBody: m.fields, ...who });
  }

  async #open(request: Request, m: Message, who: Who): Promise<Response> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        // A client that vanishes without a word must not hold memory for ever.
        const close = () => (session.active > 0 ? session.idle.refresh() : void transport.close());
        const session = { transport, idle: setTimeout(close, this.#options.sessionTimeout).unref(), active: 0 };
        this.#sessions.set(id, session);
        who.opened?.(id);
      },
    });
    const server = await this.#factory({ era: "legacy", requestInfo: request });
    await server.connect(transport);
    const forget = transport.onclose;
    transport.onclose = () => {
      clearTimeout(this.#sessions.get(transport.sessionId ?? "")?.idle);
      this.#sessions.delete(transport.sessionId ?? "");
      forget?.();
    };
    const answer = await transport.handleRequest(request, { parsedBody: m.fields, ...who });
    if (transport.sessionId === undefined) await transport.close(); // nothing has begun, so nothing is kept
    return answer;
  }

  /** Serves the members one by one, as events of one stream. */
  async #batch(request: Request, members: Message[], who: Who): Promise<Response> {
    const events: string[] = [];
    for (const m of members) {
      if (m.refusal) {
        events.push(errorOf(m, m.refusal));
        continue;
      }
      const answer = await this.#one(request, m, who);
      // Not the message but the request is refused, say for its session.
      if (answer.status >= 400 && events.length === 0) return answer;
      const text = await answer.text();
      events.push(...(answer.headers.get("content-type")?.includes("event-stream") ? dataOf(text) : [text]));
    }
    const data = events.filter((e) => e !== "").map((e) => `event: message\ndata: ${e}\n\n`);
    if (data.length === 0) return new Response(null, { status: 202 });
    return new Response(data.join(""), {
      headers: { "content-type": "text/event-stream" },
    });
  }

  /** Closes the port, waits for what is under way, and ends what is left. */
  async close(http: Server, timeout: number): Promise<void> {
    const closed = new Promise((resolve) => http.close(resolve));
    for (const { transport } of this.#sessions.values()) transport.closeStandaloneSSEStream();
    if (this.#calls > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
        setTimeout(resolve, timeout).unref();
      });
    }
    await this.#stateless.close();
    for (const { transport } of [...this.#sessions.values()]) await transport.close();
    http.closeAllConnections();
    await closed;
  }
}

/**
 * The body as a text; undefined: it is longer than the first who asks allows.
 * Several may ask.
 */
export function bodyOf(request: Incoming, most: number): Promise<string | undefined> {
  request.body ??= readBody(request, most);
  return request.body;
}

// What is too much is read and dropped, or the client would not hear.
async function readBody(request: IncomingMessage, most: number): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  if (request.method === "GET" || request.method === "HEAD") return "";
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > most * 8) return undefined;
    if (length <= most) parts.push(part);
  }
  return length > most ? undefined : Buffer.concat(parts).toString("utf8");
}

function dataOf(events: string): string[] {
  return events
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => line.slice("data: ".length));
}

/** A request with what was found out about it on its way in. */
export interface Incoming extends IncomingMessage {
  auth?: AuthInfo; // what its token says, if that is good
  body?: Promise<string | undefined>;
  opened?: (session: string) => void; // told of the session that it opens, before the client is
}

/** Who sends a request, as the SDK wants it. */
interface Who extends Pick<Incoming, "opened"> {
  authInfo?: AuthInfo;
}

export type Listener = (request: Incoming, response: ServerResponse) => void;

/** Answers in words what goes no further. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  why: string,
  headers: Record<string, string> = {},
): void {
  const plain = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
  response.writeHead(status, { ...plain, connection: "close", ...headers });
  response.end(`${why}\n`);
  request.resume(); // what is still coming is dropped
}

/** Who may call besides pages of the server's own origin. */
export interface Allowed {
  origins?: string[]; // web origins; "*" allows all
  hosts?: string[]; // host names that clients use; none: not checked, except on loopback
}

/**
 * Keeps web pages of other sites out: by their Origin and, on the loopback
 * interface, by the Host that a name pointed here by a stranger would bring.
 * Programs that are no browser send no Origin and pass.
 */
export function guard(next: Listener, allowed: Allowed = {}): Listener {
  const { origins = [], hosts = [] } = allowed;
  return (request, response) => {
    const no = (status: number, why: string) => refuse(request, response, status, why);
    const host = request.headers.host ?? "";
    const known = [host, hostnameOf(host)].some((name) => hosts.some((h) => h.toLowerCase() === name.toLowerCase()));
    const local = isLoopback(request.socket.localAddress ?? "") && !isLoopback(hostnameOf(host));
    if (hosts.length > 0 ? !known : local) no(403, "Forbidden: this server does not go by that Host");
    else if (!sameOrigin(request, host, origins)) no(403, "Forbidden: this origin may not call the server");
    else if (request.url?.split("?")[0] !== "/mcp") no(404, "Not found");
    else next(request, response);
  };
}

function sameOrigin(request: IncomingMessage, host: string, origins: string[]): boolean {
  if (origins.includes("*") || origins.includes(request.headers.origin ?? "")) return true;
  const site = request.headers["sec-fetch-site"];
  if (site === "same-origin" || site === "none") return true;
  const { origin } = request.headers;
  if (origin === undefined) return site === undefined;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function hostnameOf(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : "";
}

function isLoopback(host: string): boolean {
  return host === "localhost" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(host) || host === "::1" || host === "[::1]";
}

/**
 * The transport over two streams, one message a line, with what comes in
 * checked. At the end of input it waits for the answers under way, which the SDK
 * would drop.
 */
export class LineTransport implements Transport {
  onmessage?: Transport["onmessage"];
  onclose?: () => void;
  onerror?: (error: Error) => void;
  /** Ends when there is nothing more to answer. */
  readonly finished: Promise<void>;

  readonly #in: Readable;
  readonly #out: Writable;
  readonly #maxLine: number;
  readonly #waiting = new Map<string, string>(); // the methods of the requests not yet answered
  #line: Buffer[] = [];
  #length = 0;
  #version = ""; // as negotiated
  #era: "none" | "probed" | "legacy" | "modern" = "none"; // once the client has shown it
  #ending = false;
  #end: () => void = () => {};

  constructor(input: Readable, output: Writable, maxLine: number) {
    this.#in = input;
    this.#out = output;
    this.#maxLine = maxLine;
    this.finished = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async start(): Promise<void> {
    this.#in.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#in.once("end", () => {
      this.#take(Buffer.from("\n"));
      this.finish(grace);
    });
    this.#in.once("error", () => this.finish(grace));
    this.#out.once("error", () => this.#end()); // the client has gone
  }

  /** Takes no more messages and waits for the answers under way. */
  finish(timeout: number): void {
    this.#ending = true;
    this.#in.pause();
    setTimeout(this.#end, timeout).unref();
    this.#settle();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (!("method" in message)) {
      const id = JSON.stringify(message.id);
      if (this.#waiting.get(id) === "initialize" && "result" in message)
        this.#version = String(message.result.protocolVersion);
      this.#waiting.delete(id);
    }
    this.#write(JSON.stringify(shortened(message)));
    this.#settle();
  }

  async close(): Promise<void> {
    this.#in.pause();
    this.#end();
    this.onclose?.();
  }

  // Subscriptions are answered when they end, so they are not waited for.
  #settle(): void {
    if (this.#ending && [...this.#waiting.values()].every((method) => method === "subscriptions/listen")) this.#end();
  }

  #write(line: string): void {
    this.#out.write(`${line}\n`);
  }

  // Of a line that is longer than allowed nothing is kept.
  #take(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0; ) {
      const at = rest.indexOf(10);
      const part = at < 0 ? rest : rest.subarray(0, at);
      this.#length += part.length;
      if (this.#length <= this.#maxLine) this.#line.push(part);
      if (at < 0) return;
      rest = rest.subarray(at + 1);
      if (this.#length > this.#maxLine)
        this.#write(errorOf({}, { code: invalidRequest, message: "the message is too long" }));
      else this.#pass(Buffer.concat(this.#line).toString("utf8").trim());
      this.#line = [];
      this.#length = 0;
    }
  }

  /** Hands to the SDK what is in order and answers the rest. */
  #pass(line: string): void {
    if (line === "" || this.#ending) return;
    const { value, refusal } = parse(line);
    if (refusal) this.#write(errorOf({}, refusal));
    else if (!Array.isArray(value)) this.#deliver(read(value));
    else if (this.#version === "" || this.#version > lastBatching || value.length === 0 || value.length > maxBatch)
      this.#write(errorOf({}, { code: invalidRequest, message: "a batch is not accepted here" }));
    else for (const member of value) this.#deliver(readMember(member)); // so do their answers
  }

  // The SDK takes whatever comes first for the beginning of an old session.
  #opens(m: Message): boolean {
    const claims = (versionOf(m) ?? "") >= firstStateless;
    if (this.#era === "legacy" || this.#era === "modern") return true;
    if (m.method === "initialize" && !claims) this.#era = "legacy";
    else if (claims && m.id !== undefined) this.#era = m.method === "server/discover" ? "probed" : "modern";
    else if (claims) return this.#era !== "none";
    if (claims || m.method === "initialize") return true;
    if (m.id === undefined || m.method === undefined) return false;
    if (m.method === "ping") this.#write(JSON.stringify({ jsonrpc: "2.0", id: m.id, result: {} }));
    else
      this.#write(errorOf(m, { code: invalidRequest, message: "begin with initialize, or name a revision in _meta" }));
    return false;
  }

  #deliver(m: Message): void {
    if (m.refusal) {
      this.#write(errorOf(m, m.refusal));
      return;
    }
    if (!this.#opens(m)) return;
    if (m.id !== undefined && m.method !== undefined) this.#waiting.set(JSON.stringify(m.id), m.method);
    if (m.method === "notifications/cancelled") {
      const params = m.fields?.params;
      this.#waiting.delete(JSON.stringify(isObject(params) ? params.requestId : undefined));
    }
    this.onmessage?.(m.fields as JSONRPCMessage);
    this.#settle();
  }
}
