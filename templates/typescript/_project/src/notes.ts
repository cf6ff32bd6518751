// What this example server is about: a notebook that all callers share. Replace
// it with your own subject.
import * as z from "zod";

export const noteSchema = z.strictObject({
  id: z.string().describe("what names the note, such as n1"),
  title: z.string().describe("one line"),
  text: z.string().describe("the note itself, in Markdown"),
  tags: z.array(z.string()).describe("what the note is about"),
});

export type Note = z.infer<typeof noteSchema>;

/** Tells that a note was added or deleted. */
export interface Change {
  note: Note;
  deleted: boolean;
}

/** How many notes a notebook holds. */
export const defaultLimit = 1000;

/** Holds notes in memory, oldest first. */
export class Notebook {
  readonly #limit: number;
  readonly #notes = new Map<string, Note>();
  readonly #watchers: ((change: Change) => void)[] = [];
  #last = 1;

  constructor(limit = defaultLimit) {
    this.#limit = limit;
    this.#notes.set("n1", { id: "n1", title: "Welcome", text: "This notebook is kept in memory.", tags: ["help"] });
  }

  /** Has a function called after each change; it must not change the notebook itself. */
  watch(told: (change: Change) => void): void {
    this.#watchers.push(told);
  }

  /** Stores a note under a new id; undefined: the notebook is full. */
  add(title: string, text: string, tags: string[] = []): Note | undefined {
    if (this.#notes.size >= this.#limit) return undefined;
    const note = { id: `n${++this.#last}`, title, text, tags };
    this.#notes.set(note.id, note);
    this.#tell({ note, deleted: false });
    return note;
  }

  get(id: string): Note | undefined {
    return this.#notes.get(id);
  }

  /** Removes a note and tells whether it was there. */
  delete(id: string): boolean {
    const note = this.#notes.get(id);
    if (note === undefined) return false;
    this.#notes.delete(id);
    this.#tell({ note, deleted: true });
    return true;
  }

  get all(): Note[] {
    return [...this.#notes.values()];
  }

  /** The notes whose title, text or tags contain a query, whatever its case. */
  search(query: string): Note[] {
    const wanted = query.toLowerCase();
    return this.all.filter((n) => [n.title, n.text, ...n.tags].join("\n").toLowerCase().includes(wanted));
  }

  #tell(change: Change): void {
    for (const watcher of this.#watchers) watcher(change);
  }
}
