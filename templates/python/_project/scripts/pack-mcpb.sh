#!/bin/sh
# Packs dist/acme-server.mcpb: the manifest, the program and the list of what it
# needs, each in one version. Whoever opens the bundle gets Python and the rest
# through uv, so that one bundle fits every system and processor.
#
#     scripts/pack-mcpb.sh v1.2.3
set -eu

version=${1:?give the version, as in v1.2.3}
cd "$(dirname "$0")/.."
stage=dist/mcpb
rm -rf "$stage" dist/acme-server.mcpb
mkdir -p "$stage"

cp -R acme_server pyproject.toml requirements.txt README.md LICENSE "$stage"
find "$stage" -name __pycache__ -prune -exec rm -rf {} +

# The program is started from its folder's parent, where its modules do not hide
# those of the standard library.
cat >"$stage/server.py" <<'PYTHON'
from acme_server.__main__ import main

if __name__ == "__main__":
    main()
PYTHON

# The manifest's version is that of the release, without the v.
sed "s/\"version\": \"[^\"]*\"/\"version\": \"${version#v}\"/" mcpb/manifest.json >"$stage/manifest.json"

# Fixed times and order make the same bytes of the same source.
find "$stage" -exec touch -t 198001010000 {} +
(cd "$stage" && find . -type f | sed 's|^\./||' | LC_ALL=C sort | zip -q -X -@ ../acme-server.mcpb)
echo dist/acme-server.mcpb
