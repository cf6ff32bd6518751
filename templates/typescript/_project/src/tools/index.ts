import type { McpServer } from "@modelcontextprotocol/server";
import { addNote } from "./add_note.ts";
//mcpctl:if elicitation
import { deleteNote } from "./delete_note.ts";
//mcpctl:end
//mcpctl:if progress
import { exportNotes } from "./export_notes.ts";
//mcpctl:end
import { fetchPage } from "./fetch_page.ts";
//mcpctl:if versioning
import { findNotes } from "./find_notes.ts";
//mcpctl:end
//mcpctl:if legacy
import { listRoots, summariseNote } from "./legacy.ts";
//mcpctl:end
//mcpctl:if tasks
import { cancelReport, pollReport, startReport } from "./report.ts";
//mcpctl:end
import { searchNotes } from "./search_notes.ts";
//mcpctl:if elicitation
import { shareNote } from "./share_note.ts";
//mcpctl:end
import type { Deps } from "./tools.ts";

/** Adds every tool to a server. */
export function registerTools(server: McpServer, deps: Deps): void {
  addNote(server, deps);
  searchNotes(server, deps);
  fetchPage(server, deps);
  //mcpctl:if versioning
  findNotes(server, deps);
  //mcpctl:end
  //mcpctl:if progress
  exportNotes(server, deps);
  //mcpctl:end
  //mcpctl:if tasks
  startReport(server, deps);
  pollReport(server, deps);
  cancelReport(server, deps);
  //mcpctl:end
  //mcpctl:if elicitation
  deleteNote(server, deps);
  shareNote(server, deps);
  //mcpctl:end
  //mcpctl:if legacy
  summariseNote(server, deps);
  listRoots(server, deps);
  //mcpctl:end
}
