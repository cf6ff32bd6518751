package mcptest

// The guards that Faults.Skip can leave out. Each one names what the server
// then no longer does.
const (
	// HTTP, both eras.
	SkipOrigin      = "origin"       // refuse a foreign Origin with 403
	SkipHost        = "host"         // refuse a foreign Host with 403
	SkipAuth        = "auth"         // ask for Server.Token
	SkipAccept      = "accept"       // refuse an Accept that lacks a needed type with 406
	SkipContentType = "content-type" // refuse a body that is not application/json with 415

	// Messages, both eras.
	SkipJSON      = "jsonrpc"          // refuse what is no JSON-RPC 2.0 message with -32700 or -32600
	SkipID        = "jsonrpc.id"       // refuse ids that are neither string nor integer
	SkipBatch     = "batch"            // refuse arrays where the revision has no batches
	SkipMethod    = "method"           // refuse unknown methods (an empty result is sent instead)
	SkipParams    = "params.validate"  // check members of params before use
	SkipArguments = "arguments"        // check tool arguments against inputSchema
	SkipCursor    = "cursor"           // refuse unknown cursors (the first page is sent instead)
	SkipNotFound  = "not-found"        // refuse unknown tools, prompts and resources
	SkipURI       = "uri"              // refuse malformed resource URIs with -32602
	SkipTraversal = "traversal"        // keep file resources inside their folder
	SkipLimit     = "completion.limit" // send no more than 100 suggestions
	// SkipUndeclared serves the methods of capabilities that are not declared.
	SkipUndeclared = "capability.undeclared"

	// Conversation, both eras.
	SkipCapability = "capability-error"  // ask the client only for what it declared
	SkipToken      = "progress.token"    // send progress only when a token was given
	SkipCancel     = "cancel"            // stop when a request is cancelled
	SkipLevel      = "log.level"         // hold log messages below the level back
	SkipInput      = "input"             // check what the client answers
	SkipEntitled   = "subscription"      // send changes only to those who asked for them
	SkipUpdated    = "subscription.uri"  // send updates only for the URIs asked for
	SkipUnwatch    = "subscription.stop" // stop updates after unsubscribe or cancel

	// Handshake era.
	SkipInitialize     = "initialize-first"    // refuse requests before initialize
	SkipTwice          = "initialize-once"     // refuse a second initialize
	SkipNegotiation    = "initialize.version"  // answer an unknown version with one of its own
	SkipInitialized    = "initialized"         // send no requests before notifications/initialized
	SkipSessionID      = "session.id"          // give session ids
	SkipSession        = "session.required"    // refuse requests without a session id with 400
	SkipSessionUnknown = "session.unknown-404" // refuse unknown session ids with 404 (400 is sent instead)
	SkipSessionEnd     = "session.end"         // end a session by DELETE (it lives on)
	SkipVersionHeader  = "version-header"      // refuse unknown MCP-Protocol-Version with 400
	SkipPatience       = "ask.cancel"          // cancel its own requests when they time out
	SkipPriming        = "sse.priming"         // begin streams of 2025-11-25 with an empty event
	SkipEventID        = "sse.event-id"        // give events an id
	SkipOneStream      = "sse.one-stream"      // send a message on one stream only
	SkipReplayOwn      = "sse.replay-own"      // replay only the stream of Last-Event-ID
	SkipDetach         = "sse.detach"          // go on with a request whose connection broke

	// Stateless era.
	SkipMeta           = "meta.required"        // refuse requests without the required _meta
	SkipVersion        = "version"              // refuse unknown versions with -32022
	SkipLogLevel       = "meta.log-level"       // refuse an unknown logLevel
	SkipLogOptIn       = "log.opt-in"           // send log messages only when logLevel was given
	SkipHeaderVersion  = "headers.version"      // compare MCP-Protocol-Version with the body
	SkipHeaderMethod   = "headers.method"       // compare Mcp-Method with the body
	SkipHeaderName     = "headers.name"         // compare Mcp-Name with the body
	SkipHeaderParam    = "headers.param"        // compare Mcp-Param headers with the arguments
	SkipHeaderNumber   = "headers.param.number" // compare integers as numbers (text is compared instead)
	SkipHeaderDecode   = "headers.decode"       // decode the base64 form of header values
	SkipHeaderBase64   = "headers.base64"       // refuse broken base64 (it is taken literally instead)
	SkipHeaderASCII    = "headers.ascii"        // refuse header values beyond visible ASCII
	SkipStatus         = "status"               // give errors their HTTP status (200 is sent instead)
	SkipRemoved        = "removed"              // refuse methods that the era has removed
	SkipStateless      = "stateless"            // forget _meta between requests
	SkipState          = "state"                // verify requestState
	SkipStateRequest   = "state.request"        // bind requestState to its request
	SkipStatePrincipal = "state.principal"      // bind requestState to the bearer token
	SkipDisconnect     = "disconnect"           // stop when the HTTP connection closes
	SkipAcknowledge    = "subscription.ack"     // acknowledge a listen request
	SkipGraceful       = "subscription.close"   // answer listen requests when the server ends
	SkipTag            = "subscription.id"      // tag messages with their subscription
	SkipLifetime       = "state.expiry"         // let requestState expire
	SkipDualProcess    = "initialize.scope"     // keep a process to the handshake era after initialize
	SkipFilter         = "subscription.filter"  // refuse a listen without a proper filter
	SkipRepeat         = "mrtr.ask-again"       // ask again for missing input (an error is sent instead)
)
