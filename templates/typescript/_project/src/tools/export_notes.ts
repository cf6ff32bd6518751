import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { Reporter } from "../progress.ts";
import { add, type Deps, notFound, readOnly } from "./tools.ts";

// An export comes in chunks, so that a large notebook neither fills a model's
// context at once nor has to fit into one message.
const chunkBytes = 8 << 10;
const maxChunks = 8; // in one call

export function exportNotes(server: McpServer, deps: Deps): void {
  add(
    server,
    deps,
    {
      name: "export_notes",
      title: "Export notes",
      description: "Returns the whole notebook as Markdown, in chunks. Call again with “after” until it is absent.",
      input: z.strictObject({
        after: z.string().optional().describe("the id of the last note of the call before; empty to begin"),
      }),
      output: z.strictObject({
        notes: z.int().describe("how many notes this call has exported"),
        after: z.string().optional().describe("call again with this to go on; absent when all is exported"),
      }),
      annotations: readOnly,
    },
    async ({ after }, context) => {
      let all = deps.notes.all;
      if (after) {
        const last = all.findIndex((n) => n.id === after);
        if (last < 0) throw notFound(after);
        all = all.slice(last + 1);
      }
      const report = new Reporter(context, all.length);
      const content: { type: "text"; text: string }[] = [];
      let chunk = "";
      for (const [i, note] of all.entries()) {
        await report.step(i + 1, `exporting ${note.id}`);
        chunk += `# ${note.title}\n\n${note.text}\n\n`;
        if (Buffer.byteLength(chunk) >= chunkBytes || i + 1 === all.length) {
          content.push({ type: "text", text: chunk });
          chunk = "";
        }
        if (content.length === maxChunks && i + 1 < all.length)
          return { content, output: { notes: i + 1, after: note.id } };
      }
      return { content, output: { notes: all.length } };
    },
  );
}
