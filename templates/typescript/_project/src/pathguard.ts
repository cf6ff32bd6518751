// Gives out the files of one folder and none beside it.
import { constants } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { buffer } from "node:stream/consumers";
import { type McpServer, ResourceNotFoundError, ResourceTemplate } from "@modelcontextprotocol/server";
import type { App } from "./app.ts";

/** A file of the folder is larger than may be given out. */
export class TooLarge extends Error {}

/**
 * Reads files of one folder. Neither dots nor symbolic links lead out, also not one
 * that is swapped in while a file is being opened.
 */
export class Folder {
  readonly #dir: string;
  readonly #most: number;

  /** Files of more than most bytes are not read. */
  constructor(dir: string, most: number) {
    this.#dir = dir;
    this.#most = most;
  }

  /** Fails if there is no such folder. */
  async check(): Promise<void> {
    if (!(await stat(this.#dir)).isDirectory()) throw new Error(`${this.#dir} is no folder`);
  }

  /**
   * Reads a regular file. The name is relative to the folder, with slashes. What is
   * no such file, or lies elsewhere, is undefined: a caller must not learn what
   * exists outside.
   */
  async read(name: string): Promise<Buffer | undefined> {
    const file = await this.#open(name).catch(() => undefined);
    if (file === undefined) return undefined;
    try {
      // One byte more than allowed, to see whether there is one.
      const data = await buffer(file.createReadStream({ end: this.#most, autoClose: false }));
      if (data.length > this.#most)
        throw new TooLarge(`${name} is larger than the ${this.#most} bytes of MCP_FILES_MAX_BYTES`);
      return data;
    } finally {
      await file.close();
    }
  }

  async #open(name: string): Promise<FileHandle | undefined> {
    const parts = name.split("/");
    if (parts.some((part) => part === "" || part === "." || part === "..") || /[\\\0]/.test(name)) return undefined;
    const path = await this.#inside(name);
    // Asked before opening: opening a pipe would wait for its writer.
    if (path === undefined || !(await stat(path)).isFile()) return undefined;
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      // Asked again after it: what was swapped in meanwhile is another file, or lies elsewhere.
      const [opened, there] = [await file.stat(), await stat(path)];
      const same = opened.isFile() && opened.dev === there.dev && opened.ino === there.ino;
      if (same && (await this.#inside(name)) === path) return file;
    } catch {
      // It has gone.
    }
    await file.close();
    return undefined;
  }

  /** Where the file really lies, if that is in the folder. */
  async #inside(name: string): Promise<string | undefined> {
    const dir = await realpath(this.#dir);
    const path = await realpath(join(dir, name));
    return path.startsWith(dir.endsWith(sep) ? dir : dir + sep) ? path : undefined;
  }
}

// The scheme is not file:, since the paths are not those of the machine.
const scheme = "folder:///";

/** Adds the files of a folder to the resources of a server. */
export function registerFiles(server: McpServer, folder: Folder): void {
  server.registerResource(
    "file",
    new ResourceTemplate(`${scheme}{+path}`, { list: undefined }),
    { title: "File", description: "A file of the folder that this server gives out, by its path in it." },
    async ({ href: uri }) => {
      const name = decoded(uri.slice(scheme.length));
      const data = name === undefined ? undefined : await folder.read(name);
      if (name === undefined || data === undefined) throw new ResourceNotFoundError(uri);
      const text = data.toString("utf8");
      const isText = Buffer.from(text).equals(data);
      const mimeType = types[extname(name).toLowerCase()] ?? (isText ? types[".txt"] : "application/octet-stream");
      return { contents: [{ uri, mimeType, ...(isText ? { text } : { blob: data.toString("base64") }) }] };
    },
  );
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

const types: Record<string, string> = {
  ".avif": "image/avif",
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".gif": "image/gif",
  ".htm": "text/html; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webp": "image/webp",
  ".xml": "text/xml; charset=utf-8",
};

/** Gives out the files of a folder, if one is named. */
export function withPathguard(app: App): void {
  if (app.config.MCP_FILES_DIR === "") return;
  const folder = new Folder(app.config.MCP_FILES_DIR, app.config.MCP_FILES_MAX_BYTES);
  app.life.onStart("files", () => folder.check());
  app.offers.push((server) => registerFiles(server, folder));
}
