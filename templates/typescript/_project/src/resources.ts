// What clients may read: the index, an image, and the notes by a URI template.
import { type McpServer, ResourceNotFoundError, ResourceTemplate } from "@modelcontextprotocol/server";
//mcpctl:if completion
import { matching } from "./completion.ts";
//mcpctl:end
import type { Middleware } from "./middleware.ts";
import type { Notebook } from "./notes.ts";

const prefix = "notes://note/";
const logo = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const unkept = { ttlMs: 0, cacheScope: "private" as const }; // not to be kept, nor shared between users

/** Adds the resources to a server. */
export function registerResources(server: McpServer, notes: Notebook): void {
  server.registerResource(
    "index",
    "notes://index",
    {
      title: "All notes",
      description: "The ids and titles of all notes.",
      mimeType: "application/json",
      annotations: { audience: ["assistant"], priority: 0.8 },
      cacheHint: unkept,
    },
    (uri) => {
      const lines = notes.all.map(({ id, title }) => ({ id, title, uri: prefix + id }));
      return { contents: [{ uri: uri.href, mimeType: "application/json", text: JSON.stringify(lines) }] };
    },
  );
  server.registerResource(
    "logo",
    "notes://logo",
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
    list: undefined,
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
