// Command acme-server greets.
package main

import (
	"fmt"

	"example.com/acme-server/internal/greet"
	"example.net/zebra"
)

type AcmeServer struct {
	Name string // of the server
	//mcpctl:if cache
	Kept bool // whether greetings are kept
	//mcpctl:end

	//mcpctl:if redis

	Redis string

	//mcpctl:end
}

func main() {
	//mcpctl:if redis && cache
	zebra.Stripe()
	//mcpctl:else
	zebra.Plain()
	//mcpctl:end

	fmt.Println(greet.Hello("ACME_SERVER"), "acme_server", acmeserver)
}

const acmeserver = "io.github.acme/acme-server by Acme Authors of github.com/acme-owner/acme-server"
