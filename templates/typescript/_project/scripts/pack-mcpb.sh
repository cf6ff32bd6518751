#!/bin/sh
# Packs acme-server.mcpb: the manifest, the program and the packages that it needs.
# None of them has code of its own for a processor, so one bundle serves all.
#
#     scripts/pack-mcpb.sh
set -eu

cd "$(dirname "$0")/.."
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

npm run build
cp -R dist package.json package-lock.json LICENSE "$stage"
find "$stage/dist" '(' -name '*.test.*' -o -name 'testing.*' ')' -delete
(cd "$stage" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund)
rm "$stage/package-lock.json"

# The manifest's version is that of the package.
version=$(node --print 'require("./package.json").version')
sed "s/\"version\": \"[^\"]*\"/\"version\": \"$version\"/" mcpb/manifest.json >"$stage/manifest.json"

# Fixed times and order make the same bytes of the same source.
find "$stage" -exec touch -t 198001010000 {} +
rm -f acme-server.mcpb
target=$PWD/acme-server.mcpb
(cd "$stage" && find . -type f | sed 's|^\./||' | LC_ALL=C sort | zip -q -X -@ "$target")
echo acme-server.mcpb
