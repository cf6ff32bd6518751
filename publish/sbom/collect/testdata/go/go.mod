module example.com/weather-mcp

go 1.24

require (
	github.com/spf13/cobra v1.10.2
	golang.org/x/mod v0.42.0
	example.com/local v0.0.0
)

require (
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
)

replace example.com/local => ./local
