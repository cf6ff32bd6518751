import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { retrying } from "./retry.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const broken = new Error("connection reset");
const lasting = new TypeError("fetch failed", { cause: Object.assign(new Error("refused"), { permanent: true }) });

/** Gives one answer after the other. */
function server(answers: (number | string | Error)[]) {
  const bodies: unknown[] = [];
  const responses: Response[] = [];
  const ask: typeof fetch = async (_, init) => {
    bodies.push(init?.body);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    const response =
      typeof answer === "number"
        ? new Response("x", { status: answer })
        : new Response("x", { status: 503, headers: { "retry-after": answer ?? "" } });
    responses.push(response);
    return response;
  };
  return { bodies, responses, fetch: retrying({ tries: 3, first: 200, most: 10_000 })(ask) };
}

async function timed(asking: Promise<Response>) {
  const begun = performance.now();
  const settled = asking.then(
    (response) => ({ response, took: performance.now() - begun }),
    (error: unknown) => ({ error, took: performance.now() - begun }),
  );
  await vi.runAllTimersAsync();
  return settled;
}

test.each<[string, RequestInit, (number | string | Error)[], number, number | Error, number, number]>([
  ["good at once", {}, [200], 1, 200, 0, 0],
  ["good at last", {}, [broken, 503, 200], 3, 200, 300, 900],
  ["never good", {}, [503, 503, 503], 3, 503, 300, 900],
  ["never reached", {}, [broken, broken, broken], 3, broken, 300, 900],
  ["not passing", {}, [404], 1, 404, 0, 0],
  ["lasting error", {}, [lasting], 1, lasting, 0, 0],
  ["Retry-After", {}, ["4", 200], 2, 200, 4000, 4000],
  ["Retry-After is long", {}, ["60"], 1, 503, 0, 0],
  ["PUT", { method: "PUT", body: "body" }, [503, 200], 2, 200, 100, 300],
  ["PUT of a stream", { method: "PUT", body: new ReadableStream() }, [503], 1, 503, 0, 0],
  ["POST", { method: "POST", body: "body" }, [503], 1, 503, 0, 0],
  [
    "POST with a key",
    { method: "POST", body: "body", headers: { "idempotency-key": "k" } },
    [503, 200],
    2,
    200,
    100,
    300,
  ],
])("%s", async (_, init, answers, tries, want, least, most) => {
  const { bodies, responses, fetch } = server(answers);
  const done = await timed(fetch("http://x/", init));
  if ("error" in done) expect(done.error).toBe(want);
  else expect(done.response.status).toBe(want);
  expect(bodies).toEqual(Array(tries).fill(init.body));
  expect(done.took).toBeGreaterThanOrEqual(least);
  expect(done.took).toBeLessThanOrEqual(most);
  // What is not given to the caller is not left open.
  for (const response of responses.slice(0, -1)) expect(await response.text().catch(() => "closed")).toBe("closed");
});

test("whoever gives up waits no longer", async () => {
  const { bodies, fetch } = server([503, 200]);
  const gone = new AbortController();
  setTimeout(() => gone.abort(new Error("gone")), 50);
  const done = await timed(fetch("http://x/", { signal: gone.signal }));
  expect(done).toMatchObject({ error: { message: "gone" }, took: 50 });
  expect(bodies).toHaveLength(1);
});
