// What users may ask for by name.
import { type McpServer, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { App } from "./app.ts";
//mcpctl:if completion
import { suggest } from "./completion.ts";
//mcpctl:end
import type { Middleware } from "./middleware.ts";
import type { Notebook } from "./notes.ts";

/** A prompt as prompts/list has it. */
interface Listed {
  name: string;
  arguments?: { name: string; title?: string }[];
}

const tones = ["friendly", "formal", "strict"];
const titles: Record<string, string> = { id: "Note", tone: "Tone" };

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

/** Tells the titles of the arguments, which the SDK does not. */
export const titled: Middleware = async (call, next) => {
  const answer = await next();
  if (call.method !== "prompts/list" || !answer.result) return answer;
  for (const { name, arguments: all } of answer.result.prompts as Listed[])
    if (name === "review_note")
      for (const argument of all ?? []) argument.title = titles[argument.name] ?? argument.name;
  return answer;
};

function invalid(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}

/** Offers the prompts. */
export function withPrompts(app: App): void {
  app.chain.use("error", titled);
  app.offers.push((server) => registerPrompts(server, app.deps.notes));
}
