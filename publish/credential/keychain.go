package credential

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/zalando/go-keyring"
)

// keychain is the operating system's, as go-keyring offers it.
type keychain interface {
	Get(service, user string) (string, error)
	Set(service, user, password string) error
	Delete(service, user string) error
}

// system is the keychain of this operating system.
type system struct{}

func (system) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (system) Set(service, user, password string) error { return keyring.Set(service, user, password) }
func (system) Delete(service, user string) error        { return keyring.Delete(service, user) }

// offered tells whether a keychain may answer. On systems with D-Bus there must
// be a bus of the user's session already: without one, the library would start
// one that outlives us.
func offered() bool {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return true
	}
	bus := os.Getenv("DBUS_SESSION_BUS_ADDRESS") //nolint:forbidigo // the library reads it too, and this only comes before it
	if bus != "" {
		return !strings.HasPrefix(bus, "autolaunch:")
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(fmt.Sprintf("/run/user/%d/%s", os.Getuid(), name)); err == nil {
			return true
		}
	}
	return false
}
