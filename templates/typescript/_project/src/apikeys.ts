// Knows callers by keys. The server holds only their hashes: whoever reads its
// configuration cannot call it.
import { createHash, timingSafeEqual } from "node:crypto";
import type { App } from "./app.ts";
import { dropHeader, InvalidToken, type Verifier } from "./auth.ts";
import type { Listener } from "./wire.ts";

export interface Key {
  name: string;
  hash: Buffer;
  permissions: string[];
  end?: number; // first moment at which it is no longer good, in seconds; none: never
}

/**
 * Reads keys, one on each line (or separated by semicolons), as
 *
 *     NAME sha256:HEX [PERMISSION,PERMISSION…] [YYYY-MM-DD]
 *
 * where HEX is what `printf %s "$KEY" | sha256sum` prints and the date is the last
 * day (UTC) on which the key is good. Keys must be random and long, such as
 * `openssl rand -hex 32` makes them: a hash does not protect a short word.
 */
export function parseKeys(list: string): Key[] {
  const keys = new Map<string, Key>();
  const errors: string[] = [];
  for (const line of list.split(/[\n;]/)) {
    const [name = "", hash, ...more] = line.trim().split(/\s+/);
    if (name === "" || name.startsWith("#")) continue;
    const key = hash === undefined ? "write NAME sha256:HEX [PERMISSIONS] [YYYY-MM-DD]" : parseKey(name, hash, more);
    const wrong = typeof key === "string" ? key : keys.has(name) ? "another key has this name" : undefined;
    if (wrong !== undefined) errors.push(`key ${JSON.stringify(name)}: ${wrong}`);
    else keys.set(name, key as Key);
  }
  if (errors.length > 0) throw new Error(errors.join("\n"));
  return [...keys.values()];
}

/** The key, or what is wrong; never with the hash in it: by mistake it may be the key itself. */
function parseKey(name: string, hash: string, more: string[]): Key | string {
  const digits = /^sha256:([0-9a-f]{64})$/i.exec(hash)?.[1];
  if (digits === undefined) return "the second field must be sha256: and 64 hex digits, the hash of the key";
  const key: Key = { name, hash: Buffer.from(digits, "hex"), permissions: [] };
  for (const field of more) {
    const day = /^\d{4}-\d\d-\d\d$/.test(field) ? new Date(field) : undefined;
    if (day?.toJSON()?.startsWith(field)) key.end = day.getTime() / 1000 + 24 * 60 * 60;
    else key.permissions.push(...field.split(","));
  }
  return key;
}

/** The caller's id is "key:NAME", its scopes are the key's permissions. */
export function keyVerifier(keys: Key[], now = Date.now): Verifier {
  return (token) => {
    const hash = createHash("sha256").update(token).digest();
    // All are compared, and in constant time: how long it takes tells nothing.
    const [found] = keys.filter((key) => timingSafeEqual(key.hash, hash));
    if (!found) throw new InvalidToken();
    if (found.end !== undefined && now() / 1000 >= found.end) throw new InvalidToken("the key has expired");
    const { name, permissions, end } = found;
    return { token, clientId: `key:${name}`, scopes: permissions, ...(end !== undefined && { expiresAt: end }) };
  };
}

/** Accepts a key in X-API-Key, where many clients put it, and moves it to where tokens are looked for. */
export function keyFromHeader(next: Listener): Listener {
  return (request, response) => {
    const key = request.headers["x-api-key"];
    dropHeader(request, "x-api-key");
    if (key) request.headers.authorization ||= `Bearer ${key}`;
    next(request, response);
  };
}

/** Accepts API keys as tokens, also in the header X-API-Key. */
export function withApikeys(app: App): void {
  const { MCP_API_KEYS: keys } = app.config;
  if (keys.length === 0) return;
  app.verifiers.push(keyVerifier(keys));
  app.bearer.lasting = true; // a key may be good for ever
  app.wrap("auth", keyFromHeader);
}
