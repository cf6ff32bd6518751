import { inputRequired, type McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { canAsk, purposeOf } from "../elicitation.ts";
import { Problem } from "../problem.ts";
import { add, additive, type Deps, notFound } from "./tools.ts";

const name = "share_note";

/**
 * Sends the user to a web page: what is entered there, such as a password, passes
 * neither the client nor the model. The operator names the page.
 */
export function shareNote(server: McpServer, deps: Deps): void {
  if (deps.shareUrl === "") return;
  add(
    server,
    deps,
    {
      name,
      title: "Share a note",
      description: "Sends the user to the page where notes are shared with others.",
      input: z.strictObject({
        id: z.string().describe("the id of the note, such as n1"),
      }),
      output: z.strictObject({
        opened: z.boolean().describe("whether the user agreed to open the page"),
      }),
      annotations: { ...additive, openWorldHint: true },
    },
    ({ id }, context) => {
      if (deps.notes.get(id) === undefined) throw notFound(id);
      const purpose = purposeOf(context, name, id);
      const answer = deps.sealer.read(context, purpose);
      if (answer !== undefined) return { output: { opened: answer.accepted } };
      if (!canAsk(server, context, "url"))
        throw new Problem(
          "forbidden",
          "This client cannot send its user to a page.",
          `Tell the user to open ${deps.shareUrl}.`,
        );
      const page = inputRequired.elicitUrl({
        message: "Open the page where the note is shared?",
        url: `${deps.shareUrl}?note=${encodeURIComponent(id)}`,
      });
      return deps.sealer.ask(purpose, id, page);
    },
  );
}
