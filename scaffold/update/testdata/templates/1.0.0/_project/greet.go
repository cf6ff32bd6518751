package main

// greeting is the first thing that acme-server says.
func greeting() string {
	return "hello"
}
