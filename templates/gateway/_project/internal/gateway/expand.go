package gateway

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
)

// ${NAME}, or ${NAME:-what stands for it when it is not set}.
var reference = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)(:-[^}]*)?\}`)

// expander replaces references to variables and remembers which are not set,
// and the values of those that are.
type expander struct {
	lookup  func(string) (string, bool)
	missing []string
	secrets []string
}

func (x *expander) text(s string) string {
	return reference.ReplaceAllStringFunc(s, func(ref string) string {
		parts := reference.FindStringSubmatch(ref)
		name, fallback := parts[1], parts[2]
		value := x.value(name)
		switch {
		case value != "":
			x.secrets = append(x.secrets, value)
			return value
		case fallback != "":
			return strings.TrimPrefix(fallback, ":-")
		case !slices.Contains(x.missing, name):
			x.missing = append(x.missing, name)
		}
		return ""
	})
}

// value is that of a variable, or what the file holds that NAME_FILE names, as
// secrets are mounted.
func (x *expander) value(name string) string {
	if value, _ := x.lookup(name); value != "" {
		return value
	}
	file, _ := x.lookup(name + "_FILE")
	if file == "" {
		return ""
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "" // as good as not set
	}
	return string(bytes.TrimSpace(data))
}

func (x *expander) texts(all []string) []string {
	var expanded []string
	for _, s := range all {
		expanded = append(expanded, x.text(s))
	}
	return expanded
}

func (x *expander) values(all map[string]string) map[string]string {
	expanded := map[string]string{}
	for k, v := range all {
		expanded[k] = x.text(v)
	}
	return expanded
}

// minSecret keeps ordinary words, such as the value of a switch, from being
// taken for secrets.
const minSecret = 6 // characters

// hide replaces the secrets in a text that is to be shown.
func (s Server) hide(text string) string {
	for _, secret := range s.secrets {
		if len(secret) >= minSecret {
			text = strings.ReplaceAll(text, secret, "[hidden]")
		}
	}
	return text
}
