// Gives lists in pages.
import type { App } from "./app.ts";
import type { Middleware } from "./middleware.ts";

const lists: Record<string, string> = {
  "tools/list": "tools",
  "resources/list": "resources",
  "resources/templates/list": "resourceTemplates",
  "prompts/list": "prompts",
};

/** A page has at most so many items. */
export function inPages(size: number): Middleware {
  return async (call, next) => {
    const member = lists[call.method];
    if (member === undefined) return next();
    const { cursor } = call.params;
    const start = cursor === undefined ? 0 : offsetOf(cursor, call.method);
    if (start === undefined)
      return { error: { code: -32602, message: "there is no such page: the cursor is not one of this list's" } };
    delete call.params.cursor; // the SDK knows no pages
    const answer = await next();
    const all = answer.result?.[member];
    if (!Array.isArray(all)) return answer;
    if (start > 0 && start >= all.length) return { error: { code: -32602, message: "there is no such page any more" } };
    const end = start + size;
    const nextCursor =
      end < all.length ? { nextCursor: Buffer.from(`${call.method} ${end}`).toString("base64url") } : {};
    return { result: { ...answer.result, [member]: all.slice(start, end), ...nextCursor } };
  };
}

function offsetOf(cursor: unknown, method: string): number | undefined {
  if (typeof cursor !== "string") return undefined;
  const [of, offset] = Buffer.from(cursor, "base64url").toString().split(" ");
  return of === method && /^[1-9]\d{0,8}$/.test(offset ?? "") ? Number(offset) : undefined;
}

/** Gives every list in pages. */
export function withPagination(app: App): void {
  app.chain.use("logging", inPages(app.config.MCP_PAGE_SIZE));
}
