// The tools, resources and prompts that the official suite calls by name. They
// are joined to a server that a template made, in place of its new McpServer.
import {
  completable,
  inputRequired,
  McpServer,
  ResourceTemplate,
  fromJsonSchema,
} from "@modelcontextprotocol/server";
import * as z from "zod";

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const silence = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
const text = (words: string) => ({ type: "text" as const, text: words });
const image = { type: "image" as const, data: pixel, mimeType: "image/png" };
const embedded = (uri: string) => ({ type: "resource" as const, resource: { uri, mimeType: "text/plain", text: "embedded" } });
const say = (...content: any[]) => ({ content });
const ask = (message: string, properties: Record<string, unknown>) =>
  ({ mode: "form", message, requestedSchema: { type: "object", properties, required: Object.keys(properties) } }) as any;
const sample = (question: string) => ({ messages: [{ role: "user", content: text(question) }], maxTokens: 50 }) as any;
const accepted = (ctx: any, key: string) => {
  const answer = ctx.mcpReq.inputResponses?.[key];
  return answer?.action === "accept" ? answer.content : undefined;
};

/** Stands in for new McpServer. */
export function newServer(info: any, options: any): McpServer {
  const server = new McpServer(info, {
    ...options,
    requestState: { verify: isOurs },
    capabilities: {
      tools: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
      prompts: { listChanged: true },
      completions: {},
      logging: {},
    },
  });
  plain(server);
  asking(server);
  inputs(server);
  resources(server);
  prompts(server);
  return server;
}

// A client must not change the state that it is to bring back.
function isOurs(state: string): string {
  if (!/^(state|several|1|2 \w+)$/.test(state)) throw new Error("requestState is not ours");
  return state;
}

function plain(server: McpServer): void {
  const tool = (name: string, handler: (ctx: any) => any) => server.registerTool(name, { description: name }, handler as any);
  tool("test_simple_text", () => say(text("This is a simple text response for testing.")));
  tool("test_image_content", () => say(image));
  tool("test_audio_content", () => say({ type: "audio", data: silence, mimeType: "audio/wav" }));
  tool("test_embedded_resource", () => say(embedded("test://embedded-resource")));
  tool("test_multiple_content_types", () => say(text("one of each"), image, embedded("test://mixed-content-resource")));
  tool("test_error_handling", () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
  tool("test_streaming_elicitation", () => say(text("only results travel on this stream")));
  tool("test_logging_tool", async (ctx) => {
    await ctx.mcpReq.log("info", "test_logging_tool was called");
    return say(text("logged"));
  });
  tool("test_tool_with_logging", async (ctx) => {
    for (const what of ["started", "processing data", "completed"]) {
      await ctx.mcpReq.log("info", `Tool execution ${what}`);
      await pause();
    }
    return say(text("logged"));
  });
  tool("test_tool_with_progress", async (ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, total: 100 } });
      await pause();
    }
    return say(text(String(progressToken)));
  });
  tool("test_missing_capability", (ctx) => {
    const declared = ctx.mcpReq.envelope?.["io.modelcontextprotocol/clientCapabilities"];
    // The SDK refuses to ask a client what it cannot answer.
    return declared?.sampling ? say(text("sampling is declared")) : inputRequired({ inputRequests: { x: inputRequired.createMessage(sample("?")) } });
  });
  const schema = { type: "object", properties: { region: { type: "string", "x-mcp-header": "Region" }, level: { type: "integer" } } };
  server.registerTool("test_x_mcp_header", { description: "test_x_mcp_header", inputSchema: fromJsonSchema(schema as any) } as any, ((args: any) => say(text(`region=${args.region}`))) as any);
}

// On the stream of the call: whether there is another one yet is open.
const on = (ctx: any) => ({ relatedRequestId: ctx.mcpReq.id });

// Questions that a server asked the client itself, before 2026-07-28.
function asking(server: McpServer): void {
  const elicit = async (ctx: any, message: string, properties: Record<string, unknown>) => {
    const answer = await ctx.mcpReq.elicitInput({ mode: "form", message, requestedSchema: { type: "object", properties } }, on(ctx));
    return say(text(`action=${answer.action}, content=${JSON.stringify(answer.content)}`));
  };
  server.registerTool("test_sampling", { description: "test_sampling", inputSchema: z.object({ prompt: z.string() }) }, (async ({ prompt }: any, ctx: any) => {
    const answer = await ctx.mcpReq.requestSampling(sample(prompt), on(ctx));
    return say(text(`LLM response: ${answer.content.text}`));
  }) as any);
  server.registerTool("test_elicitation", { description: "test_elicitation", inputSchema: z.object({ message: z.string() }) }, (({ message }: any, ctx: any) =>
    elicit(ctx, message, { username: { type: "string", description: "Your name" } })) as any);
  server.registerTool("test_elicitation_sep1034_defaults", { description: "test_elicitation_sep1034_defaults" }, ((ctx: any) =>
    elicit(ctx, "Defaults of every kind", {
      name: { type: "string", default: "John Doe" },
      age: { type: "integer", default: 30 },
      score: { type: "number", default: 95.5 },
      status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
      verified: { type: "boolean", default: true },
    })) as any);
  const titled = [1, 2, 3].map((n) => ({ const: `value${n}`, title: `Option ${n}` }));
  const options = ["option1", "option2", "option3"];
  server.registerTool("test_elicitation_sep1330_enums", { description: "test_elicitation_sep1330_enums" }, ((ctx: any) =>
    elicit(ctx, "Choices of every kind", {
      untitledSingle: { type: "string", enum: options },
      titledSingle: { type: "string", oneOf: titled },
      legacyEnum: { type: "string", enum: ["opt1", "opt2", "opt3"], enumNames: ["One", "Two", "Three"] },
      untitledMulti: { type: "array", minItems: 1, maxItems: 3, items: { type: "string", enum: options } },
      titledMulti: { type: "array", minItems: 1, maxItems: 3, items: { anyOf: titled } },
    })) as any);
}

// Questions that a server answers a request with, since 2026-07-28.
function inputs(server: McpServer): void {
  const tool = (name: string, handler: (ctx: any) => any) =>
    server.registerTool(`test_input_required_result_${name}`, { description: name }, handler as any);
  const whoAreYou = () => inputRequired.elicit(ask("What is your name?", { name: { type: "string" } }));
  const confirm = () => ({ confirm: inputRequired.elicit(ask("Please confirm", { ok: { type: "boolean" } })) });
  const answered = (ctx: any, key: string) => ctx.mcpReq.inputResponses?.[key];
  const stateOf = (ctx: any): string | undefined => ctx.mcpReq.requestState();

  tool("elicitation", (ctx) => {
    const name = accepted(ctx, "user_name")?.name;
    return name ? say(text(`Hello, ${name}!`)) : inputRequired({ inputRequests: { user_name: whoAreYou() } });
  });
  tool("sampling", (ctx) =>
    answered(ctx, "capital_question")
      ? say(text(JSON.stringify(answered(ctx, "capital_question"))))
      : inputRequired({ inputRequests: { capital_question: inputRequired.createMessage(sample("What is the capital of France?")) } }),
  );
  tool("list_roots", (ctx) =>
    answered(ctx, "client_roots")
      ? say(text(JSON.stringify(answered(ctx, "client_roots"))))
      : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } }),
  );
  for (const name of ["request_state", "tampered_state"])
    tool(name, (ctx) => {
      const state = stateOf(ctx);
        if (state !== undefined && accepted(ctx, "confirm")) return say(text("state-ok: confirmed"));
      return inputRequired({ inputRequests: confirm(), requestState: "state" });
    });
  tool("multiple_inputs", (ctx) => {
    const name = accepted(ctx, "user_name")?.name;
    if (name && answered(ctx, "greeting") && answered(ctx, "client_roots")) return say(text(`greetings, ${name}`));
    return inputRequired({
      inputRequests: {
        user_name: whoAreYou(),
        greeting: inputRequired.createMessage(sample("Generate a greeting")),
        client_roots: inputRequired.listRoots(),
      },
      requestState: "several",
    });
  });
  tool("multi_round", (ctx) => {
    const state = stateOf(ctx);
    if (state === undefined) return inputRequired({ inputRequests: { step1: whoAreYou() }, requestState: "1" });
    if (state !== "1") return say(text(`${state} likes ${accepted(ctx, "step2")?.color}`));
    const colour = inputRequired.elicit(ask("What is your favorite color?", { color: { type: "string" } }));
    return inputRequired({ inputRequests: { step2: colour }, requestState: `2 ${accepted(ctx, "step1")?.name}` });
  });
  tool("capabilities", (ctx) => {
    if (Object.keys(ctx.mcpReq.inputResponses ?? {}).length > 0) return say(text("answered"));
    const declared = ctx.mcpReq.envelope?.["io.modelcontextprotocol/clientCapabilities"] ?? {};
    const inputRequests: Record<string, any> = {};
    if (declared.elicitation) inputRequests.user_name = whoAreYou();
    if (declared.sampling) inputRequests.greeting = inputRequired.createMessage(sample("Generate a greeting"));
    if (declared.roots) inputRequests.client_roots = inputRequired.listRoots();
    return Object.keys(inputRequests).length > 0 ? inputRequired({ inputRequests }) : say(text("nothing can be asked"));
  });
}

function resources(server: McpServer): void {
  const resource = (name: string, mimeType: string, content: object) =>
    server.registerResource(name, `test://${name}`, { mimeType }, (uri) => ({ contents: [{ uri: uri.href, mimeType, ...content }] }) as any);
  resource("static-text", "text/plain", { text: "This is the content of the static text resource." });
  resource("static-binary", "image/png", { blob: pixel });
  resource("watched-resource", "text/plain", { text: "watched" });
  const template = new ResourceTemplate("test://template/{id}/data", { list: undefined });
  server.registerResource("template", template, { mimeType: "application/json" }, (uri, { id }) => ({
    contents: [{ uri: uri.href, mimeType: "application/json", text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) }],
  }));
  server.server.setRequestHandler("resources/subscribe", () => ({}));
  server.server.setRequestHandler("resources/unsubscribe", () => ({}));
}

function prompts(server: McpServer): void {
  const user = (content: any) => ({ role: "user" as const, content });
  const argsOf = (...names: string[]) => z.object(Object.fromEntries(names.map((n) => [n, completable(z.string(), () => ["a value"])])));
  server.registerPrompt("test_simple_prompt", { description: "test_simple_prompt" }, () => ({ messages: [user(text("This is a simple prompt for testing."))] }));
  server.registerPrompt("test_prompt_with_arguments", { description: "test_prompt_with_arguments", argsSchema: argsOf("arg1", "arg2") }, ((args: any) => ({
    messages: [user(text(`Prompt with arguments: arg1='${args.arg1}', arg2='${args.arg2}'`))],
  })) as any);
  server.registerPrompt("test_prompt_with_embedded_resource", { description: "test_prompt_with_embedded_resource", argsSchema: argsOf("resourceUri") }, ((args: any) => ({
    messages: [user(embedded(args.resourceUri)), user(text("Please process the embedded resource above."))],
  })) as any);
  server.registerPrompt("test_prompt_with_image", { description: "test_prompt_with_image" }, () => ({ messages: [user(image), user(text("Please analyze the image above."))] }));
  server.registerPrompt("test_input_required_result_prompt", { description: "test_input_required_result_prompt" }, ((ctx: any) => {
    const context = accepted(ctx, "user_context")?.context;
    if (context) return { messages: [user(text(`Context: ${context}`))] };
    const question = inputRequired.elicit(ask("Please provide context", { context: { type: "string" } }));
    return inputRequired({ inputRequests: { user_context: question } });
  }) as any);
}
