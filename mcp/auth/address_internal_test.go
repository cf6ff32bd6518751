package auth

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A server on the internet leads nobody into a private network.
func TestNeighbourhood(t *testing.T) {
	public, err := parse("https://mcp.example.com/mcp")
	require.NoError(t, err)
	here, err := parse("http://127.0.0.1:3000/mcp")
	require.NoError(t, err)
	for address, fromHere := range map[string]bool{
		"https://127.0.0.1/": true, "http://localhost:9/": true, "https://10.1.2.3/": true, "https://192.168.0.1/": true, "https://169.254.169.254/latest": true,
		"https://[::1]/": true, "https://[fd00::1]/": true, "https://[::ffff:10.0.0.1]/": true, "https://0.0.0.0/": true, "https://2130706433/": true, "https://0x7f000001/": true, "https://127.1/": true, "https://a.localhost/": true,
		"http://auth.example/": false, "https://user@auth.example/": false, "javascript:alert(1)": false,
	} {
		_, err := neighbourhood{public}.named(address)
		require.Error(t, err, address)
		_, err = neighbourhood{here}.named(address)
		assert.Equal(t, fromHere, err == nil, "%s: %v", address, err)
	}
	for _, address := range []string{"https://auth.example.com/x", "https://8.8.8.8/", "https://auth.example.com:8443"} {
		_, err := neighbourhood{public}.named(address)
		require.NoError(t, err)
	}
}
