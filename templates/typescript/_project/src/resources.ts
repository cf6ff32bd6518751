// What clients may read: the index, an image, and the notes by a URI template.
import { type McpServer, ResourceNotFoundError, ResourceTemplate } from "@modelcontextprotocol/server";
import type { App } from "./app.ts";
//mcpctl:if completion
import { matching } from "./completion.ts";
//mcpctl:end
import type { Middleware } from "./middleware.ts";
import type { Notebook } from "./notes.ts";

export const indexUri = "notes://index";
export const logoUri = "notes://logo";
const prefix = "notes://note/";
const logo =
  "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAAAKklEQVR42mP4TwAwUEsBAxaAqgC31iGmwAEJjPpiUPhiKKcoQhmHlpkXAEFOjWWFSyusAAAAAElFTkSuQmCC";
const unkept = { ttlMs: 0, cacheScope: "private" as const }; // not to be kept, nor shared between users

/** The URI of a note. */
export function noteUri(id: string): string {
  return prefix + id;
}

/** Adds the resources to a server. */
export function registerResources(server: McpServer, notes: Notebook): void {
  server.registerResource(
    "index",
    indexUri,
    {
      title: "All notes",
      description: "The ids and titles of all notes.",
      mimeType: "application/json",
      annotations: { audience: ["assistant"], priority: 0.8 },
      cacheHint: unkept,
    },
    (uri) => {
      const lines = notes.all.map(({ id, title }) => ({ id, title, uri: noteUri(id) }));
      return { contents: [{ uri: uri.href, mimeType: "application/json", text: JSON.stringify(lines) }] };
    },
  );
  server.registerResource(
    "logo",
    logoUri,
    {
      title: "Logo",
      description: "The server's logo.",
      mimeType: "image/png",
      size: Buffer.from(logo, "base64").length,
      annotations: { audience: ["user"], priority: 0.1 },
      cacheHint: { ttlMs: 24 * 60 * 60 * 1000, cacheScope: "public" },
    },
    (uri) => ({ contents: [{ uri: uri.href, mimeType: "image/png", blob: logo }] }),
  );
  const template = new ResourceTemplate(`${prefix}{id}`, {
    //mcpctl:if subscriptions
    // Each note is a resource of its own as long as it is there.
    list: () => ({
      resources: notes.all.map(({ id, title }) => ({
        uri: noteUri(id),
        name: id,
        title,
        description: "A note, as Markdown.",
        mimeType: "text/markdown",
      })),
    }),
    //mcpctl:else
    list: undefined,
    //mcpctl:end
    //mcpctl:if completion
    complete: {
      id: (begun) =>
        matching(
          notes.all.map((n) => n.id),
          begun,
        ),
    },
    //mcpctl:end
  });
  server.registerResource(
    "note",
    template,
    { title: "A note", description: "One note, by its id.", mimeType: "text/markdown", cacheHint: unkept },
    (uri, { id }) => {
      const note = notes.get(String(id));
      if (note === undefined) throw new ResourceNotFoundError(uri.href);
      return { contents: [{ uri: uri.href, mimeType: "text/markdown", text: `# ${note.title}\n\n${note.text}` }] };
    },
  );
}

/** Gives a resource that is not there the code of its own that it had before 2026-07-28. */
export const ownCode: Middleware = async (call, next) => {
  const answer = await next();
  const missing =
    call.method === "resources/read" && answer.error?.code === -32602 && typeof call.params.uri === "string";
  return answer.error && missing && call.era === "legacy" ? { error: { ...answer.error, code: -32002 } } : answer;
};

/** Offers the resources. */
export function withResources(app: App): void {
  app.chain.use("error", ownCode);
  app.offers.push((server) => registerResources(server, app.deps.notes));
}
