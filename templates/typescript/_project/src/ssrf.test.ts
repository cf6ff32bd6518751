import type { LookupAddress } from "node:dns";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { load } from "./config.ts";
import { Guard, Refused } from "./ssrf.ts";
import { newApp } from "./testing.ts";

const guard = new Guard(["10.1.0.0/16", "fd12::/16"]);

test.each(["93.184.215.14", "2606:4700::1111", "::ffff:93.184.215.14", "10.1.2.3", "::ffff:10.1.2.3", "fd12::1"])(
  "%s may be called",
  (address) => expect(guard.isPublic(address)).toBe(true),
);

test.each(
  (
    "127.0.0.1 127.8.8.8 ::1 0.0.0.0 :: 10.2.0.1 172.16.0.1 192.168.1.1 100.64.0.1 169.254.169.254 fe80::1 fe80::1%eth0 " +
    "fd00:ec2::254 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:169.254.169.254 64:ff9b::7f00:1 2002:7f00:1:: 224.0.0.1 " +
    "255.255.255.255 ff02::1 intranet"
  ).split(" "),
)("%s may not be called", (address) => expect(guard.isPublic(address)).toBe(false));

let server: Server;
let port: number;
let target = ""; // of a redirect

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/away") response.writeHead(302, { location: target }).end();
    else request.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

// localhost is a name: the check comes after its resolution.
test.each(["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "0x7f.1", "2130706433"])(
  "%s is not connected to",
  async (host) => {
    await expect(new Guard([]).fetch(`http://${host}:${port}/`)).rejects.toThrow(Refused);
  },
);

test("what is allowed is called, by address and by name", async () => {
  const { fetch } = new Guard(["127.0.0.0/8"]);
  for (const host of ["127.0.0.1", "localhost"]) {
    const url = `http://${host}:${port}/`;
    expect(await (await fetch(url, { method: "POST", body: "hello" })).text()).toBe("hello");
    expect(await (await fetch(new Request(url, { method: "POST", body: "hello" }))).text()).toBe("hello");
  }
});

test("a name that resolves differently the second time gains nothing", async () => {
  let asked = 0;
  const resolve = (_: string, __: unknown, done: (error: null, found: LookupAddress[]) => void) =>
    done(null, [{ address: ++asked === 1 ? "127.0.0.1" : "169.254.169.254", family: 4 }]);
  const { fetch } = new Guard(["127.0.0.0/8"], resolve);
  const url = `http://rebinding.example:${port}/`;
  expect((await fetch(url)).status).toBe(200); // connected to what was checked
  expect(asked).toBe(1);
  server.closeAllConnections();
  await expect(new Guard(["127.0.0.0/8"], resolve).fetch(url)).rejects.toThrow("169.254.169.254");
});

test.each(["http://169.254.169.254/latest/meta-data", "gopher://example.com/", "http://user:password@example.com/"])(
  "a redirect to %s is not followed",
  async (location) => {
    target = location;
    await expect(new Guard(["127.0.0.0/8"]).fetch(`http://127.0.0.1:${port}/away`)).rejects.toThrow();
  },
);

test.each(["file:///etc/passwd", "http://user:password@93.184.215.14/"])("%s is not fetched", async (url) => {
  await expect(guard.fetch(url)).rejects.toThrow(Refused);
});

test("networks are settings", () => {
  expect(load("", { MCP_SSRF_ALLOW: "10.0.0.0/8, fd00::/8" }).config.MCP_SSRF_ALLOW).toHaveLength(2);
  for (const network of ["intranet", "10.0.0.0", "10.0.0.0/33", "fd00::/129"])
    expect(() => load("", { MCP_SSRF_ALLOW: network })).toThrow("is no network");
});

test("the server calls no private address, unless it may", async () => {
  const url = `http://127.0.0.1:${port}/`;
  await expect(newApp().fetch(url)).rejects.toThrow(Refused);
  expect((await newApp({ MCP_SSRF_ALLOW: "127.0.0.0/8" }).fetch(url)).status).toBe(200);
});
