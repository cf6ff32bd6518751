// Package tui is the terminal inspector: it shows a live server, calls its
// tools, reads its resources and prompts, and shows every message that crosses.
//
// # How it is put together
//
// A Screen is what one tab shows: up to three Panes side by side. The shell
// (app*.go) draws header, tabs, rules and footer around them, decides how many
// fit, moves the focus, and hands keys to the pane that has it. What a pane can
// do is its Keys: footer, help, palette and dispatch all come from that list.
//
// Nothing here holds a terminal sequence. Panes draw Lines of Spans, each a text
// in a Role; S makes every text safe for a terminal, which is the one edge that
// a server's words cross.
//
// To add a screen: a file with a type that is a Screen, and its name in screens
// (screens.go).
package tui
