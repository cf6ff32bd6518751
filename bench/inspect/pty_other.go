//go:build unix && !linux

package main

import (
	"errors"
	"os"
)

// openTerminal is known on Linux only.
func openTerminal(uint16, uint16) (person, program *os.File, err error) {
	return nil, nil, errors.ErrUnsupported
}
