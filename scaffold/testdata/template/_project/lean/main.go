// Command acme-server is small.
package main

import "fmt"

func main() { fmt.Println("Acme Server") }
