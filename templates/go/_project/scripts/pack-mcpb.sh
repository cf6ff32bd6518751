#!/bin/sh
# Packs dist/acme-server.mcpb: the manifest and one program for each system.
# A bundle knows systems but not processors, so it has what most people have:
# Apple silicon, and amd64 elsewhere.
#
#     scripts/pack-mcpb.sh v1.2.3
set -eu

version=${1:?give the version, as in v1.2.3}
cd "$(dirname "$0")/.."
stage=dist/mcpb
rm -rf "$stage" dist/acme-server.mcpb
mkdir -p "$stage/server"

build() { # system, processor, name
	CGO_ENABLED=0 GOOS=$1 GOARCH=$2 go build -trimpath \
		-ldflags "-s -w -X main.version=$version" -o "$stage/server/$3" .
}
build linux amd64 acme-server-linux
build darwin arm64 acme-server-darwin
build windows amd64 acme-server-windows.exe

# The manifest's version is that of the release, without the v.
sed "s/\"version\": \"[^\"]*\"/\"version\": \"${version#v}\"/" mcpb/manifest.json >"$stage/manifest.json"
cp LICENSE "$stage/LICENSE"

# Fixed times and order make the same bytes of the same source.
find "$stage" -exec touch -t 198001010000 {} +
(cd "$stage" && find . -type f | sed 's|^\./||' | LC_ALL=C sort | zip -q -X -@ ../acme-server.mcpb)
echo dist/acme-server.mcpb
