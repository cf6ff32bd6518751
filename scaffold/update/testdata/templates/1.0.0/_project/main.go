package main

import "fmt"

func main() {
	fmt.Println(greeting())
	//mcpctl:if audit
	fmt.Println("audited")
	//mcpctl:end
	//mcpctl:if cache
	fmt.Println("cached")
	//mcpctl:end
	fmt.Println(tools())
}
