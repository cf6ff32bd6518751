package main

var moods = []string{
	//mcpctl:if shout
	"loud",
	//mcpctl:end
}

func main() {}
