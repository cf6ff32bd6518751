package health

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Probe asks the server on this machine's admin address whether it lives; nil
// means yes. It is what a container image without a shell uses as its HEALTHCHECK.
func Probe(ctx context.Context, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("asking the admin port: MCP_ADMIN_ADDR is %q, not host:port", addr)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1" // one listens on all addresses, but asks one
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/livez", nil)
	if err != nil {
		return fmt.Errorf("asking the admin port: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("asking the admin port: %w; is the server running?", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("asking the admin port: /livez answers %s", res.Status)
	}
	return nil
}
