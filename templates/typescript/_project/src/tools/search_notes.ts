import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { noteSchema } from "../notes.ts";
import { add, type Deps, readOnly } from "./tools.ts";

export function searchNotes(server: McpServer, deps: Deps): void {
  add(
    server,
    deps,
    {
      name: "search_notes",
      title: "Search notes",
      description: "Finds notes by words in their title, text or tags.",
      input: z.strictObject({
        query: z.string().max(200).describe("what the title, text or tags contain, in any case; empty for all notes"),
        limit: z.int().min(1).max(100).default(20).describe("how many notes to return at most"),
      }),
      output: z.strictObject({
        notes: z.array(noteSchema).describe("the notes found, oldest first"),
        total: z.int().describe("how many notes were found, returned or not"),
      }),
      annotations: readOnly,
    },
    ({ query, limit }) => {
      const found = deps.notes.search(query);
      return { output: { notes: found.slice(0, limit), total: found.length } };
    },
  );
}
