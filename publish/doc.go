// Package publish brings a release, one server.json and its packages, to any
// number of registries, signed.
//
// It follows plan, print, apply. [Gather] makes a [Release] of what the caller
// has read: what is wrong with server.json, who owns each package, the digests
// of all that is published, and the statements that will be signed, which all
// have the same subjects. [NewPlan] asks the outside world which [Step] is done
// already, without changing anything. [Plan.Apply] does what is left and writes a
// journal as it goes; broken off anywhere and run again it ends in the same
// state. A [File] is a plan to be looked at and applied later, if by then no
// digest has changed.
//
// Registries, image registries, package clients and signers come in through the
// small interfaces of services.go. What goes wrong is a refusal of package
// publish/refusal with a code of its own.
package publish
