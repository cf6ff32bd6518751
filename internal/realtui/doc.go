// Package realtui runs the inspector in a real terminal, tmux, on real servers:
// what no driver can show is how the terminal is taken and given back. It has no
// code of its own.
package realtui
