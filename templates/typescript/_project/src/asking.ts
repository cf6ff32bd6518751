// What tools need to ask something of the client that calls them.
//
// In the stateless era the tool's first answer is the question, and the client
// calls again with what it has got. For clients of the handshake era the SDK does
// the same over the open session.
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type McpServer,
  type ServerContext,
} from "@modelcontextprotocol/server";

/** What the client of a call can be asked for. */
export function abilities(server: McpServer, context: ServerContext): ClientCapabilities {
  const told: { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } = context.mcpReq.envelope ?? {};
  return told[CLIENT_CAPABILITIES_META_KEY] ?? server.server.getClientCapabilities() ?? {};
}
