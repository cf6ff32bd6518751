// Package greet greets otherwise.
package greet

// Hello greets.
func Hello(name string) string { return "Good day, " + name }
