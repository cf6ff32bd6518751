import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { noteSchema } from "../notes.ts";
import { Problem } from "../problem.ts";
import { add, additive, type Deps } from "./tools.ts";

export function addNote(server: McpServer, deps: Deps): void {
  add(
    server,
    deps,
    {
      name: "add_note",
      title: "Add a note",
      description: "Writes a note into the notebook and returns it with its id. Search first: notes are never merged.",
      input: z.strictObject({
        title: z.string().describe("one line that says what the note is about"),
        text: z.string().describe("the note itself, in Markdown"),
        tags: z.array(z.string()).optional().describe("words to find the note by"),
      }),
      output: noteSchema,
      annotations: additive,
    },
    ({ title, text, tags }) => {
      const note = deps.notes.add(title, text, tags);
      if (note === undefined)
        throw new Problem("full", "The notebook is full.", "Delete notes that are no longer needed.");
      return { output: note };
    },
  );
}
