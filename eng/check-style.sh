#!/usr/bin/env bash
# Usage: eng/check-style.sh [DOTNET]
# Fails if white space or the order of usings violates the style. The build checks everything else in .editorconfig. To fix: `dotnet
# format`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bad=0
# --folder: loading the projects takes ten times as long, and white space does not need them.
"${1:-dotnet}" format whitespace . --folder --exclude artifacts --verify-no-changes </dev/null || bad=1

# System first, then by name. Static usings and aliases last.
export LC_ALL=C
find src tests bench samples -name '*.cs' ! -path '*/obj/*' -print0 | xargs -0 awk '
  FNR == 1 { before = ""; over = 0 }
  over { next }
  /^(global )?using [^(]*;/ {
    name = tolower($0)
    sub(/^(global )?using /, "", name); sub(/;.*/, "", name)
    kind = name ~ /=/ ? 2 : name ~ /^static / ? 1 : 0
    sub(/^static /, "", name)
    key = kind (kind == 2 || name !~ /^system(\.|$)/) name
    if (key < before) { print FILENAME "(" FNR "): a using is out of order: " $0; bad = 1 }
    before = key
    next
  }
  /^[[:space:]]*(namespace|public|internal|\[|[{])/ { over = 1 }
  END { exit bad }' >&2 || bad=1
exit "$bad"
