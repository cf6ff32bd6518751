// Keeps old versions of tools alive for a while.
//
// A change that breaks callers goes into a tool of a new name. The old one stays,
// says that it is deprecated and by what it is replaced, and works until its day.

// The key in a tool's _meta under which clients find its deprecation.
const metaKey = "acme-server/deprecated";

interface Described {
  description: string;
  _meta?: Record<string, unknown>;
}

/** Marks a tool as replaced by another, until a day (YYYY-MM-DD) after which it may be gone. */
export function deprecated<Tool extends Described>(tool: Tool, replacedBy: string, until: string): Tool {
  return {
    ...tool,
    description: `Deprecated: use ${replacedBy}; this tool may be gone after ${until}. ${tool.description}`,
    _meta: { ...tool._meta, [metaKey]: { replacedBy, until } },
  };
}
