// Package tape keeps sessions in .mcpl files: what crossed, when, and how, line
// by line as JSON. A recording can be read again, played as a server, or
// replayed against a server whose answers are then compared.
//
// The first line is the Header, each line after it a frame. Secrets that are
// known are removed before anything is written, and stand in the file as what
// they are called, not what they are. Lines are flushed one by one, so what a
// crash leaves behind is whole but for the last line, which reading tolerates.
//
// Recordings are read as what they are, the words of strangers: bounded, and
// never trusted.
package tape
