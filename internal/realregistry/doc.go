// Package realregistry starts the official MCP registry with its PostgreSQL on
// the loopback interface, so that tests of mcpctl talk to the real thing. Only
// tests import it. Neither program reaches beyond this machine: with ownership
// validation on, a stand-in answers for every package host.
package realregistry
