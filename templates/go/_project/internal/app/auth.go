package app

import (
	"errors"
	"net"

	"example.com/acme-server/internal/auth"
	"example.com/acme-server/internal/lanes"
)

// withAuth demands a token that one of the verifiers knows.
//
// Without a verifier there is nothing to demand: then only this machine is
// served, where whoever can call could as well start the server.
func withAuth(a *App) error {
	anonymous := a.Config.Auth.Anonymous
	if len(a.Verifiers) == 0 {
		if addr := a.Config.Server.HTTPAddr; addr != "" && !loopback(addr) && !anonymous {
			return errors.New("nobody could sign in, and everybody could call: configure keys or tokens, or set MCP_AUTH_ANONYMOUS=true to serve all who reach " + addr)
		}
		return nil
	}
	a.Wrap(lanes.Auth, auth.Require(auth.Any(a.Verifiers...), a.Bearer, anonymous))
	return nil
}

// loopback reports whether only this machine can reach an address.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && (host == "localhost" || net.ParseIP(host).IsLoopback())
}
