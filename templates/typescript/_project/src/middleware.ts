// The order in which requests are treated.
import type { JSONRPCMessage, McpServerFactory, Transport } from "@modelcontextprotocol/server";

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
  caller: string; // local over stdio, anonymous over HTTP
  session: string; // of the handshake era
  header: (name: string) => string | null; // of the HTTP request
  values: Map<string, unknown>; // what one middleware tells another
  cancel: (reason: string) => void; // ends the handler's work
}

export interface Answer {
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: unknown };
}

/** A middleware must call next before it awaits anything, or not at all. */
export type Middleware = (call: Call, next: () => Promise<Answer>) => Promise<Answer>;

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
        const send = this.#intercept(transport, context.era);
        await connect(transport);
        send.attach();
      };
      return server;
    };
  }

  #intercept(transport: Transport, era: Call["era"]): { attach: () => void } {
    const waiting = new Map<string | number, { give: (answer: Answer) => void; delivering: boolean }>();
    const send = transport.send.bind(transport);
    transport.send = async (message, options) => {
      const id = "method" in message ? undefined : message.id;
      const request = id === undefined ? undefined : waiting.get(id);
      if (id === undefined || request === undefined) return send(message, options);
      waiting.delete(id);
      request.give(message as Answer);
      // What the SDK refuses at once has a status of its own; all else is sent
      // once it has passed the chain.
      if (request.delivering) return send(message, options);
    };
    const attach = () => {
      const deliver = transport.onmessage;
      if (!deliver) return;
      transport.onmessage = (message, extra) => {
        if (!("method" in message)) return deliver(message, extra);
        const http = extra?.request;
        const id = "id" in message ? message.id : undefined;
        let sent = false;
        const call: Call = {
          method: message.method,
          era,
          params: (message.params ?? {}) as Record<string, unknown>,
          notification: id === undefined,
          caller: http === undefined ? "local" : "anonymous",
          session: transport.sessionId ?? "",
          header: (name) => http?.headers.get(name) ?? null,
          values: new Map(),
          cancel: (reason) => {
            if (id !== undefined && waiting.delete(id))
              deliver(
                {
                  jsonrpc: "2.0",
                  method: "notifications/cancelled",
                  params: { requestId: id, reason },
                } as JSONRPCMessage,
                extra,
              );
          },
        };
        const last = (): Promise<Answer> => {
          if (id === undefined) {
            deliver(message, extra);
            return Promise.resolve({});
          }
          return new Promise((resolve) => {
            const request = {
              delivering: true,
              give: (answer: Answer) => {
                sent = request.delivering;
                resolve(answer);
              },
            };
            waiting.set(id, request);
            deliver(message, extra);
            request.delivering = false;
          });
        };
        if (message.method === "notifications/cancelled") {
          const cancelled = waiting.get(
            (message.params as { requestId?: string | number } | undefined)?.requestId ?? "",
          );
          const { requestId } = (message.params ?? {}) as { requestId?: string | number };
          if (requestId !== undefined) waiting.delete(requestId);
          cancelled?.give({ error: { code: cancelledCode, message: "the request was cancelled" } });
        }
        void this.run(call, last).then((answer) => {
          if (id === undefined || sent || answer.error?.code === cancelledCode) return;
          return send({ jsonrpc: "2.0", id, ...bare(answer) } as JSONRPCMessage, { relatedRequestId: id });
        });
      };
    };
    return { attach };
  }
}

/** The code of requests that the client cancelled: they are not answered. */
export const cancelledCode = -32800;

function bare({ result, error }: Answer): Answer {
  return error === undefined ? { result: result ?? {} } : { error };
}
