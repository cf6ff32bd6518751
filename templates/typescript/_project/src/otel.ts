// Traces and measures what comes in and what goes out, if there is a collector to
// send it to. What does so is loaded at the start, by those who need it.
import type { App } from "./app.ts";
import { messageOf } from "./lifecycle.ts";
import type { Telemetry } from "./telemetry.ts";

export function withOtel(app: App): void {
  const { MCP_OTEL_ENDPOINT: endpoint, MCP_OTEL_SAMPLE_RATIO: sampleRatio, MCP_STOP_TIMEOUT } = app.config;
  if (endpoint === "") return;
  let telemetry: Telemetry | undefined;
  app.chain.use("error", (call, next) => (telemetry ? telemetry.receive(call, next) : next()));
  app.offers.push((server) => telemetry?.carry(server));
  app.wrap("trace", (next) => (request, response) => (telemetry?.http.server(next) ?? next)(request, response));
  app.wrapFetch((next) => (input, init) => (telemetry?.http.client(next) ?? next)(input, init));
  app.life.onStart("otel", async () => {
    const { Telemetry } = await import("./telemetry.ts");
    const collector = { endpoint, sampleRatio, metricsEvery: app.config.MCP_OTEL_METRICS_EVERY };
    telemetry = Telemetry.to(collector, app.build.version);
    telemetry.logErrors(() => app.log);
  });
  // A collector that is down must not make a good end look bad, so this gives up
  // before it is given up.
  app.life.onStop("otel", async () => {
    await telemetry?.stop(MCP_STOP_TIMEOUT * 0.75).catch((error: unknown) => {
      app.log.warn("the last telemetry got lost", { error: messageOf(error) });
    });
  });
}
