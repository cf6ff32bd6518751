import type { McpServer } from "@modelcontextprotocol/server";
import { addNote } from "./add_note.ts";
//mcpctl:if progress
import { exportNotes } from "./export_notes.ts";
//mcpctl:end
import { fetchPage } from "./fetch_page.ts";
import { searchNotes } from "./search_notes.ts";
import type { Deps } from "./tools.ts";

/** Adds every tool to a server. */
export function registerTools(server: McpServer, deps: Deps): void {
  addNote(server, deps);
  searchNotes(server, deps);
  fetchPage(server, deps);
  //mcpctl:if progress
  exportNotes(server, deps);
  //mcpctl:end
}
