import { setImmediate } from "node:timers/promises";
import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { callerOf } from "../caller.ts";
import { Problem } from "../problem.ts";
import { type Task, TasksError, type Work } from "../tasks.ts";
import { add, additive, type Deps, destructive, readOnly } from "./tools.ts";

const input = z.strictObject({
  task: z.string().describe("the id that start_report returned"),
});

const output = z.strictObject({
  task: z.string().describe("the id of the task"),
  state: z.string().describe("working, completed, failed or cancelled"),
  done: z.int().describe("notes read so far"),
  total: z.int().describe("notes to read"),
  report: z.string().optional().describe("the report, once completed"),
});

export function startReport(server: McpServer, deps: Deps): void {
  add(
    server,
    deps,
    {
      name: "start_report",
      title: "Start a report",
      description: "Begins to count the words of all notes and returns a task. Ask for its result with poll_report.",
      input: z.strictObject({}),
      output,
      annotations: additive,
    },
    (_, context) => shown(() => deps.tasks.start(callerOf(context).id, report(deps))),
  );
}

export function pollReport(server: McpServer, deps: Deps): void {
  add(
    server,
    deps,
    {
      name: "poll_report",
      title: "Ask for a report",
      description: "Tells how far a report is, and returns it once it is completed. Wait a second between calls.",
      input,
      output,
      annotations: readOnly,
    },
    ({ task }, context) => shown(() => deps.tasks.get(callerOf(context).id, task)),
  );
}

export function cancelReport(server: McpServer, deps: Deps): void {
  add(
    server,
    deps,
    {
      name: "cancel_report",
      title: "Cancel a report",
      description: "Stops the work on a report.",
      input,
      output,
      annotations: destructive,
    },
    ({ task }, context) => shown(() => deps.tasks.cancel(callerOf(context).id, task)),
  );
}

/** The work: here it is done in a blink, in your server it may take hours. */
function report({ notes }: Deps): Work {
  return async (ended, step) => {
    const all = notes.all;
    let words = 0;
    for (const [i, note] of all.entries()) {
      ended.throwIfAborted();
      words += note.text.split(/\s+/).filter((word) => word !== "").length;
      step(i + 1, all.length);
      await setImmediate(); // others have their turn
    }
    return `${all.length} notes with ${words} words`;
  };
}

function shown(ask: () => Task): { output: z.infer<typeof output> } {
  let task: Task;
  try {
    task = ask();
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
    if (error.reason === "full") throw new Problem("unavailable", "Too many reports are kept.", "Try again later.");
    throw new Problem(
      "not_found",
      "There is no such report; reports are kept for a while only.",
      "Start one with start_report.",
    );
  }
  const { id, state, done, total, result } = task;
  if (state === "failed") throw new Error(`making the report: ${task.error}`);
  return { output: { task: id, state, done, total, ...(result !== undefined && { report: result }) } };
}
