// A program with one module in it.
package main

import "golang.org/x/mod/semver"

func main() { println(semver.IsValid("v1.0.0")) }
