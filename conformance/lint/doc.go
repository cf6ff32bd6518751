// Package lint reviews what a server shows to clients and models: names,
// descriptions, schemas, annotations, what the lists cost, and text that was
// written to deceive. The protocol allows all of it, so none of it stands in a
// catalogue of requirements; each rule says itself why it is there.
//
// It reads lists and asks no server: the same rules serve a live server, a
// recording and a snapshot of a contract.
//
// # Adding a rule
//
// Write a literal and a small function into the file of its subject, and two
// proofs into proof_test.go: something that breaks it, and something near that
// does not. Rules without both fail the test, and so does one that says
// something new about the real servers whose lists lie in testdata.
package lint
