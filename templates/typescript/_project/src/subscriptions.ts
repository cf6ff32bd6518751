// Tells clients of changed notes: in the handshake era those that subscribed, by
// resources/subscribe; since then those that listen, by subscriptions/listen.
import {
  InMemoryServerEventBus,
  type McpRequestContext,
  type McpServer,
  ResourceNotFoundError,
} from "@modelcontextprotocol/server";
import type { App } from "./app.ts";
import { messageOf } from "./lifecycle.ts";
import type { Log } from "./log.ts";
import type { Change, Notebook } from "./notes.ts";
import { indexUri, logoUri, noteUri } from "./resources.ts";

/** Tells clients of changed notes. */
export function withSubscriptions(app: App): void {
  const subscriptions = new Subscriptions(app.deps.notes, app.deps.log);
  app.subscriptions = subscriptions;
  app.offers.push((server, context) => subscriptions.offer(server, context));
}

/** Who wants to be told of which resources. */
export class Subscriptions {
  /** Feeds the streams of clients that listen over HTTP. */
  readonly bus = new InMemoryServerEventBus();
  readonly #notes: Notebook;
  readonly #log: Log;
  readonly #connected = new Map<McpServer, { tells: (uri: string) => boolean }>();

  constructor(notes: Notebook, log: Log) {
    this.#notes = notes;
    this.#log = log;
    notes.watch((change) => this.#announce(change));
  }

  /** Lets the client of a server subscribe. */
  offer(server: McpServer, { era, requestInfo }: McpRequestContext): void {
    server.server.registerCapabilities({ resources: { subscribe: true, listChanged: true } });
    if (era === "modern" && requestInfo) return; // it ends with its request, and the bus goes on
    const subscribed = new Set<string>();
    if (era === "legacy") {
      server.server.setRequestHandler("resources/subscribe", ({ params: { uri } }) => {
        this.#known(uri);
        subscribed.add(uri);
        return {};
      });
      server.server.setRequestHandler("resources/unsubscribe", ({ params: { uri } }) => {
        subscribed.delete(uri);
        return {};
      });
    }
    // Over stdio the SDK itself knows what a client listens to.
    this.#connected.set(server, { tells: (uri) => era === "modern" || subscribed.has(uri) });
    const closed = server.server.onclose;
    server.server.onclose = () => {
      this.#connected.delete(server);
      closed?.();
    };
  }

  // Resources that are no notes are not known here: those who add them announce
  // their changes.
  #known(uri: string): void {
    if (uri === indexUri || uri === logoUri || !uri.startsWith("notes://")) return;
    if (!this.#notes.all.some((note) => noteUri(note.id) === uri)) throw new ResourceNotFoundError(uri);
  }

  #announce({ note }: Change): void {
    for (const uri of [noteUri(note.id), indexUri]) {
      this.bus.publish({ kind: "resource_updated", uri });
      for (const [{ server }, { tells }] of this.#connected)
        if (tells(uri)) this.#told(uri, server.sendResourceUpdated({ uri }));
    }
    this.bus.publish({ kind: "resources_list_changed" });
    for (const { server } of this.#connected.keys()) this.#told(indexUri, server.sendResourceListChanged());
  }

  #told(uri: string, sending: Promise<void>): void {
    sending.catch((error: unknown) =>
      this.#log.warn("telling subscribers of a change failed", { uri, error: messageOf(error) }),
    );
  }
}
