// What users may ask for by name.
import { type McpServer, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import * as z from "zod";
//mcpctl:if completion
import { suggest } from "./completion.ts";
//mcpctl:end
import type { Notebook } from "./notes.ts";

const tones = ["friendly", "formal", "strict"];

/** Adds the prompts to a server. */
export function registerPrompts(server: McpServer, notes: Notebook): void {
  const id = z.string().describe("The id of the note, such as n1.");
  const tone = z.string().describe(`How to put it: ${tones.join(", ")}.`);
  const shape = { id, tone: tone.optional() };
  //mcpctl:if completion
  shape.id = suggest(id, () => notes.all.map((n) => n.id));
  shape.tone = suggest(tone, () => tones).optional();
  //mcpctl:end
  const argsSchema = z.object(shape);
  server.registerPrompt(
    "review_note",
    { title: "Review a note", description: "Asks for a review of one note.", argsSchema },
    (args) => {
      const how = args.tone || "friendly";
      if (!tones.includes(how)) throw invalid(`tone is "${how}": it is one of ${tones.join(", ")}`);
      const note = notes.get(args.id);
      if (note === undefined) throw invalid(`id is "${args.id}": there is no such note`);
      const request = `Review this note in a ${how} tone: is it clear, correct and complete? Quote what you would change.`;
      // The note is embedded, not pasted: its text is data, not part of the request.
      const resource = { uri: `notes://note/${note.id}`, mimeType: "text/markdown", text: note.text };
      return {
        description: `A review of ${note.title}`,
        messages: [
          { role: "user", content: { type: "text", text: request } },
          { role: "user", content: { type: "resource", resource } },
        ],
      };
    },
  );
}

function invalid(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}
