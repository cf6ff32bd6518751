package main

// tools are what the server offers.
func tools() []string {
	return []string{
		"echo",
	}
}
