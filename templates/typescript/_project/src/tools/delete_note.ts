import { inputRequired, type McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { canAsk, purposeOf } from "../elicitation.ts";
import { Problem } from "../problem.ts";
import { add, type Deps, destructive, notFound } from "./tools.ts";

const name = "delete_note";

export function deleteNote(server: McpServer, deps: Deps): void {
  add(
    server,
    deps,
    {
      name,
      title: "Delete a note",
      description: "Deletes a note for good, after asking the user.",
      input: z.strictObject({
        id: z.string().describe("the id of the note, such as n1"),
      }),
      output: z.strictObject({
        deleted: z.boolean().describe("whether the note is gone"),
        title: z.string().describe("what the note was called"),
      }),
      annotations: destructive,
    },
    ({ id }, context) => {
      const note = deps.notes.get(id);
      if (note === undefined) throw notFound(id);
      const purpose = purposeOf(context, name, id);
      const answer = deps.sealer.read(context, purpose);
      if (answer === undefined) {
        if (!canAsk(server, context, "form"))
          throw new Problem(
            "forbidden",
            "Deleting needs the user's consent, and this client cannot ask for it.",
            "Ask the user to delete the note with a client that supports elicitation.",
          );
        const form = inputRequired.elicit({
          message: `Delete the note “${note.title}” for good?`,
          requestedSchema: {
            type: "object",
            properties: { confirm: { type: "boolean", title: "Yes, delete it" } },
            required: ["confirm"],
          },
        });
        return deps.sealer.ask(purpose, id, form);
      }
      if (!answer.accepted || answer.content.confirm !== true) return { output: { deleted: false, title: note.title } };
      deps.notes.delete(id);
      return { output: { deleted: true, title: note.title } };
    },
  );
}
