// Package verify proves to a consumer that a server's registry entry, and every
// package that it names, is what the publisher released: from the name, a file, a
// folder or an image to the signed statements, and back to the bytes that would be
// installed.
//
// [Verify] asks through the small interfaces of [Parts] and answers a [Result], in
// which each check has a line of its own; a check that did not hold has one of the
// codes of [Codes], which never change their meaning. A [Lock] remembers who signed
// what was accepted once. Nothing here writes: whoever calls Verify saves the lock.
package verify
