package servers

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// maxVariables is how many variables of a file are read.
const maxVariables = 1000

// readEnvFile reads lines NAME=value. Comments begin with #, values may stand in
// quotation marks and after "export"; nothing in them is replaced.
func readEnvFile(path string) ([]Setting, error) {
	data, err := load(path)
	var broken *fs.PathError
	if errors.As(err, &broken) {
		return nil, err // it names the file
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var all []Setting
	for line := range strings.Lines(string(data)) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		name, value, ok := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !variableName.MatchString(name) {
			continue
		}
		if q := value; len(q) > 1 && (q[0] == '"' || q[0] == '\'') && q[len(q)-1] == q[0] {
			value = q[1 : len(q)-1]
		}
		if all = append(all, Setting{Name: name, Value: value}); len(all) >= maxVariables {
			break
		}
	}
	return all, nil
}
