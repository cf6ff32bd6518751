import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { Health, probe } from "./health.ts";
import { Lifecycle } from "./lifecycle.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

async function listen(serve: Parameters<typeof createServer>[1]) {
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("a check that hangs is down, and is not begun again", async () => {
  const life = new Lifecycle(100, () => silent);
  await life.start();
  let begun = 0;
  life.check("stuck", true, () => {
    begun++;
    return new Promise(() => {});
  });
  const { server, address } = await listen(new Health(20, 0, life).ready);
  for (let i = 0; i < 2; i++) {
    const response = await fetch(`http://${address}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: "unready",
      checks: [{ name: "stuck", required: true, status: "down", error: "no answer within 20 ms" }],
    });
  }
  expect(begun).toBe(1);
  server.close();
});

test("the program asks itself whether it lives", async () => {
  const { server, address } = await listen((request, response) => {
    response.writeHead(request.url === "/livez" ? 200 : 404).end();
  });
  await probe(address);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(probe(address)).rejects.toThrow("no answer; is the server running?");
  await expect(probe("")).rejects.toThrow("not host:port");
});
