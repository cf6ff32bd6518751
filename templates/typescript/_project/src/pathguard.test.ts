import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Folder, TooLarge } from "./pathguard.ts";
import { clientsOf, newApp } from "./testing.ts";

// A folder with files and traps, beside a file that must not be read.
const outside = mkdtempSync(join(tmpdir(), "files-"));
const inside = join(outside, "in");
mkdirSync(join(inside, "sub"), { recursive: true });
writeFileSync(join(outside, "secret.txt"), "secret");
writeFileSync(join(inside, "sub", "a b.txt"), "hello");
writeFileSync(join(inside, "raw.bin"), Buffer.from([0xff, 0]));
writeFileSync(join(inside, "full.txt"), "x".repeat(100));
writeFileSync(join(inside, "large.txt"), "x".repeat(101));
symlinkSync(join("..", "secret.txt"), join(inside, "relative"));
symlinkSync(join(outside, "secret.txt"), join(inside, "absolute"));
symlinkSync("..", join(inside, "up"));
symlinkSync(join("sub", "a b.txt"), join(inside, "within"));
afterAll(() => rmSync(outside, { recursive: true }));

const folder = new Folder(inside, 100);

test.each(["sub/a b.txt", "within"])("%s is read", async (name) => {
  expect(String(await folder.read(name))).toBe("hello");
});

test.each([
  "",
  ".",
  "sub",
  "missing",
  "../secret.txt",
  "sub/../../secret.txt",
  "/etc/passwd",
  "..\\secret.txt",
  "relative",
  "absolute",
  "up/secret.txt",
  "secret.txt\0.txt",
])("%j is not there", async (name) => expect(await folder.read(name)).toBeUndefined());

test("what is too large is told", async () => {
  expect(await folder.read("full.txt")).toHaveLength(100);
  await expect(folder.read("large.txt")).rejects.toThrow(TooLarge);
});

test("a folder that is missing ends the boot", async () => {
  await expect(new Folder(join(outside, "missing"), 1).check()).rejects.toThrow("missing");
  await expect(new Folder(join(outside, "secret.txt"), 1).check()).rejects.toThrow("no folder");
  await folder.check();
});

test("files are resources", async () => {
  const app = newApp({ MCP_FILES_DIR: inside, MCP_FILES_MAX_BYTES: "100" });
  await app.life.start();
  const client = await clientsOf(app)("2025-11-25");
  const read = async (uri: string) => (await client.readResource({ uri })).contents[0];
  expect(await read("folder:///sub/a%20b.txt")).toEqual({
    uri: "folder:///sub/a%20b.txt",
    mimeType: "text/plain; charset=utf-8",
    text: "hello",
  });
  expect(await read("folder:///raw.bin")).toMatchObject({ mimeType: "application/octet-stream", blob: "/wA=" });
  for (const uri of ["folder:///%2e%2e%2fsecret.txt", "folder:///..%2fsecret.txt", "folder:///absolute", "folder:///%"])
    await expect(read(uri)).rejects.toThrow("not found");
  await expect(read("folder:///large.txt")).rejects.toThrow();
  await app.life.stop();
});
