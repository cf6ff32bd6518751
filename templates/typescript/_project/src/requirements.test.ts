// The requirements in docs tell the truth: each names tests that exist.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** A row of a table in requirements.md or requirements-own.md. */
interface Requirement {
  id: string;
  text: string;
  proofs: string[]; // FILE › TITLE of tests
}

function read(text: string): Requirement[] {
  return [...text.matchAll(/^\| (R-[A-Z]+-[0-9]+) \| (.+?) \| (.+?) \|$/gm)].map(
    ([, id = "", what = "", tests = ""]) => ({
      id,
      text: what,
      proofs: [...tests.matchAll(/`([^`]+)`/g)].map(([, proof = ""]) => proof),
    }),
  );
}

/** What is wrong with requirements. */
function faults(all: Requirement[], exists: (proof: string) => boolean): string[] {
  const seen = new Set<string>();
  return all.flatMap(({ id, text, proofs }) => {
    const wrong = proofs.filter((proof) => !exists(proof)).map((proof) => `${id} names ${proof}, which does not exist`);
    if (seen.has(id)) wrong.push(`${id} is given twice`);
    seen.add(id);
    if (!/^(The|When|While|If|Where) .*\bshall\b/.test(text)) wrong.push(`${id} is not in the form of EARS: ${text}`);
    if (proofs.length === 0) wrong.push(`${id} names no test`);
    return wrong;
  });
}

function existsInSource(proof: string): boolean {
  const [file = "", title] = proof.split(" › ");
  const path = new URL(file, import.meta.url);
  return existsSync(path) && title !== undefined && readFileSync(path, "utf8").includes(`(${JSON.stringify(title)}`);
}

test("every requirement has its tests", () => {
  const text = ["requirements.md", "requirements-own.md"]
    .map((name) => readFileSync(new URL(`../docs/${name}`, import.meta.url), "utf8"))
    .join("\n");
  const all = read(text);
  expect(all.length).toBeGreaterThan(0);
  expect(all.length).toBe(text.match(/^\| R-/gm)?.length); // all rows can be read
  expect(faults(all, existsInSource)).toEqual([]);
});

test("faults are noticed", () => {
  const text = [
    "| R-A-1 | The server shall answer. | `x.test.ts › a` |",
    "| R-A-1 | The server shall answer. | `x.test.ts › a` |",
    "| R-A-2 | Answers are nice. | `x.test.ts › a` |",
    "| R-A-3 | When asked, the server shall answer. | by hand |",
    "| R-A-4 | While asked, the server shall answer. | `x.test.ts › a`, `x.test.ts › gone` |",
  ].join("\n");
  expect(faults(read(text), (proof) => proof === "x.test.ts › a")).toEqual([
    "R-A-1 is given twice",
    "R-A-2 is not in the form of EARS: Answers are nice.",
    "R-A-3 names no test",
    "R-A-4 names x.test.ts › gone, which does not exist",
  ]);
  expect(existsInSource("requirements.test.ts › faults are noticed")).toBe(true);
  expect(existsInSource("requirements.test.ts › no such test")).toBe(false);
});
