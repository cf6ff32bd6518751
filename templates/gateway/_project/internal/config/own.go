package config

import "example.com/acme-server/internal/gateway"

// Own is what this server itself needs to be told, apart from its features.
type Own = gateway.Config

// ownDefaults are defaults of features' settings that name this server's tools.
// Which tools there are is up to the upstreams.
func ownDefaults() map[string]string { return nil }
