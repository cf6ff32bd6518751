package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, greeting())
	//mcpctl:if audit
	fmt.Println("audited")
	//mcpctl:end
	//mcpctl:if cache
	fmt.Println("cached")
	//mcpctl:end
	fmt.Println(tools())
}
