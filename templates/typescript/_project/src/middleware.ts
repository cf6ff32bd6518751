// The order in which requests are treated.
import type {
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCRequest,
  McpServerFactory,
  MessageExtraInfo,
  Transport,
} from "@modelcontextprotocol/server";
import { Caller, fromToken, local } from "./caller.ts";
import { messageOf } from "./lifecycle.ts";
import type { Log } from "./log.ts";

/** The stages, outermost first. */
export const stages = [
  "error", // what goes wrong within becomes a plain answer
  "rate", // too many requests are refused
  "authz", // forbidden requests are refused
  "audit", // what was asked and by whom is recorded
  "sanitise", // arguments and results are cleaned
  "response limit", // results that are too large are cut
  "timing", // deadlines are set, time is measured
  "logging", // what remains is logged
] as const;

export type Stage = (typeof stages)[number];

/** A request or a notification on its way in. */
export interface Call {
  method: string;
  era: "legacy" | "modern";
  params: Record<string, unknown>;
  notification: boolean;
  caller: Caller;
  header: (name: string) => string | null; // of the HTTP request
  values: Map<string, unknown>; // what one middleware tells another
  signal: AbortSignal; // the client has cancelled the request or gone, or cancel was called
  cancel: (reason: string) => void; // ends the handler's work; next then gives an error of cancelledCode
}

export interface Answer {
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: unknown };
}

/**
 * A middleware that awaits anything before it calls next lets later messages
 * overtake this one, and has no HTTP status of its own for what the SDK refuses
 * at once, such as unknown methods: let it do so for work alone.
 */
export type Middleware = (call: Call, next: () => Promise<Answer>) => Promise<Answer>;

/** The code of requests that were cancelled: they are not answered. */
export const cancelledCode = -32800;

const cancelled: Answer = { error: { code: cancelledCode, message: "the request was cancelled" } };

/** Middleware by stage. It is filled while the server is built. */
export class Chain {
  readonly #stages = new Map<Stage, Middleware[]>();

  /** Within a stage, the first to be added is outermost. */
  use(stage: Stage, middleware: Middleware): void {
    this.#stages.set(stage, [...(this.#stages.get(stage) ?? []), middleware]);
  }

  get all(): Middleware[] {
    return stages.flatMap((stage) => this.#stages.get(stage) ?? []);
  }

  run(call: Call, last: () => Promise<Answer>): Promise<Answer> {
    const step = this.all.reduceRight<() => Promise<Answer>>((next, middleware) => () => middleware(call, next), last);
    return step();
  }

  /** Has all that servers of a factory receive pass the chain. */
  around(factory: McpServerFactory): McpServerFactory {
    return async (context) => {
      const server = await factory(context);
      const connect = server.connect.bind(server);
      server.connect = async (transport: Transport) => {
        const passage = new Passage(this, transport, context.era);
        await connect(transport);
        passage.attach();
      };
      return server;
    };
  }

  /**
   * Has a subscription over HTTP, which the SDK serves without a server, pass the
   * chain. It lasts until its client goes.
   */
  listen(message: JSONRPCRequest, extra: Http, serve: () => Promise<Response>): Promise<Response> {
    const { signal } = extra.request;
    const call = { ...callOf(message, "modern", "", extra), signal, cancel: () => {} };
    return new Promise((resolve, reject) => {
      const serving = async () => {
        resolve(await serve());
        if (!signal.aborted) await new Promise((end) => signal.addEventListener("abort", end, { once: true }));
        return { result: {} };
      };
      this.run(call, serving)
        .then((refused) => resolve(Response.json({ jsonrpc: "2.0", id: message.id, ...bare(refused) })))
        .catch(reject);
    });
  }
}

type Http = MessageExtraInfo & { request: Request };

type Id = string | number;

/** A request that is in the chain. */
class Pending {
  readonly #ended = new AbortController();
  readonly signal = this.#ended.signal;
  sent = false; // the SDK has answered by itself
  #give: ((answer: Answer) => void) | undefined;
  #delivering = false;

  /** Delivers the request and waits for its answer. */
  answer(deliver: () => void): Promise<Answer> {
    if (this.signal.aborted) return Promise.resolve(cancelled);
    return new Promise((resolve) => {
      this.#give = resolve;
      this.#delivering = true;
      deliver();
      this.#delivering = false;
    });
  }

  get delivered(): boolean {
    return this.#give !== undefined;
  }

  give(answer: Answer): void {
    // What the SDK refuses at once has a status of its own; all else is sent
    // once it has passed the chain.
    this.sent = this.#delivering;
    this.#give?.(answer);
  }

  stop(): void {
    this.#ended.abort();
    this.#give?.(cancelled);
  }
}

/** Leads what one transport receives through the chain, and the answers back. */
class Passage {
  readonly #chain: Chain;
  readonly #transport: Transport;
  readonly #era: Call["era"];
  readonly #send: Transport["send"];
  readonly #pending = new Map<Id, Pending>();

  constructor(chain: Chain, transport: Transport, era: Call["era"]) {
    this.#chain = chain;
    this.#transport = transport;
    this.#era = era;
    this.#send = transport.send.bind(transport);
    transport.send = async (message, options) => {
      const pending = "method" in message ? undefined : this.#pending.get(message.id ?? "");
      if (!pending?.delivered) return this.#send(message, options);
      pending.give(message as Answer);
      if (pending.sent) return this.#send(message, options);
    };
  }

  /** To be called once the SDK has connected. */
  attach(): void {
    const { onmessage: deliver, onclose: closed } = this.#transport;
    if (!deliver) return;
    this.#transport.onmessage = (message, extra) => {
      if (!("method" in message)) return deliver(message, extra);
      if (message.method === "notifications/cancelled")
        this.#pending.get((message.params as { requestId?: Id } | undefined)?.requestId ?? "")?.stop();
      this.#pass(message, extra, deliver);
    };
    this.#transport.onclose = () => {
      for (const pending of this.#pending.values()) pending.stop();
      closed?.();
    };
  }

  #pass(message: JSONRPCRequest | JSONRPCNotification, extra: MessageExtraInfo | undefined, deliver: Deliver): void {
    const id = "id" in message ? message.id : undefined;
    const pending = new Pending();
    const cancel = (reason: string) => {
      pending.stop();
      const params = { requestId: id, reason };
      if (pending.delivered && id !== undefined)
        deliver({ jsonrpc: "2.0", method: "notifications/cancelled", params } as JSONRPCMessage, extra);
    };
    const call = {
      ...callOf(message, this.#era, this.#transport.sessionId, extra),
      signal: pending.signal,
      cancel,
    };
    if (id === undefined) {
      void this.#chain.run(call, async () => {
        deliver(message, extra);
        return {};
      });
      return;
    }
    if (this.#pending.has(id)) {
      const error = { code: -32600, message: "a request that is under way has this id" };
      this.#send({ jsonrpc: "2.0", id, error }, { relatedRequestId: id }).catch(gone);
      return;
    }
    this.#pending.set(id, pending);
    this.#chain
      .run(call, () => pending.answer(() => deliver(message, extra)))
      .finally(() => this.#pending.delete(id))
      .then((answer) => {
        if (pending.sent || answer.error?.code === cancelledCode) return;
        return this.#send({ jsonrpc: "2.0", id, ...bare(answer) } as JSONRPCMessage, { relatedRequestId: id });
      })
      .catch(gone);
  }
}

function callOf(
  message: JSONRPCRequest | JSONRPCNotification,
  era: Call["era"],
  session = "",
  extra: MessageExtraInfo = {},
): Omit<Call, "signal" | "cancel"> {
  const { request, authInfo } = extra;
  return {
    method: message.method,
    era,
    params: (message.params ?? {}) as Record<string, unknown>,
    notification: !("id" in message),
    caller: request ? fromToken(authInfo, session) : new Caller(local, [], {}, session),
    header: (name) => request?.headers.get(name) ?? null,
    values: new Map(),
  };
}

type Deliver = NonNullable<Transport["onmessage"]>;

function gone(): void {} // the client has gone: nobody waits for the answer

function bare({ result, error }: Answer): Answer {
  return error === undefined ? { result: result ?? {} } : { error };
}

const internal: Answer = {
  error: { code: -32603, message: "internal error; the server's log tells more" },
};

/**
 * Turns exceptions into internal errors, so that one bad request costs one answer
 * and not the server, and keeps the text of internal errors from the client: it
 * is in the log.
 */
export function recover(server: { log: Log }): Middleware {
  return async ({ method }, next) => {
    let answer: Answer;
    try {
      answer = await next();
    } catch (error) {
      const stack = error instanceof Error ? error.stack : undefined;
      server.log.error("a request panicked", { method, panic: messageOf(error), stack });
      return internal;
    }
    const { error } = answer;
    if (error?.code !== -32603 || meantForClient(error)) return answer;
    server.log.error("a request failed", { method, error: error.message });
    return internal;
  };
}

// Refusals name a reason; what the SDK finds wrong with a request is a list.
function meantForClient({ message, data }: { message: string; data?: unknown }): boolean {
  return message.startsWith("[\n") || (typeof data === "object" && data !== null && "reason" in data);
}
