import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { noteSchema } from "../notes.ts";
import { deprecated } from "../versioning.ts";
import { add, type Deps, readOnly } from "./tools.ts";

/** The first version of search_notes, which has a limit. */
export function findNotes(server: McpServer, deps: Deps): void {
  const tool = {
    name: "find_notes",
    title: "Find notes (deprecated)",
    description: "Finds all notes that contain a text.",
    input: z.strictObject({
      text: z.string().describe("what the note contains"),
    }),
    output: z.strictObject({
      notes: z.array(noteSchema).describe("all notes found"),
    }),
    annotations: readOnly,
  };
  add(server, deps, deprecated(tool, "search_notes", "2027-12-31"), ({ text }) => ({
    output: { notes: deps.notes.search(text) },
  }));
}
