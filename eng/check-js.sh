#!/usr/bin/env bash
# Usage: eng/check-js.sh [--write]
# Checks the JavaScript of the page and its player: types, lint, format, the generated declarations, sizes. Then runs its tests.
# With --write it mends the format and writes the declarations instead. Its last line is "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

tools=eng/js
wwwroot=src/Linnet.Server/wwwroot
declarations=src/Linnet.Server/npm
most_bytes=200000
sources=("$wwwroot/**/*.js" "tests/Linnet.Page.Tests/**/*.js" "$tools/*.js" "eng/screenshots/*.js")
passed=0 failed=0 skipped=0

finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
  exit
}

check() { # check NAME COMMAND…: counts as one test
  local name=$1
  shift
  if "$@"; then passed=$((passed + 1)); else
    echo "failed $name" >&2
    failed=$((failed + 1))
  fi
}

eng/npm.sh
case $? in
  0) ;;
  3)
    echo "check-js: skipped: it needs npm and Node.js 20.19 or later" >&2
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
    ;;
  *) failed=1 && finish ;;
esac
bin=$tools/node_modules/.bin
generated=$(mktemp -d)
trap 'rm -rf "$generated"' EXIT

declare_types() {
  "$bin/tsc" -p "$tools/tsconfig.declarations.json" --outDir "$generated" && sed -i.bak 's/[[:space:]]*$//' "$generated/linnet-player.d.ts"
}
sizes() {
  local bytes
  bytes=$(find "$wwwroot" -type f -exec cat {} + | wc -c)
  [ "$bytes" -le "$most_bytes" ] || { echo "check-js: $wwwroot has $bytes bytes; the most is $most_bytes" >&2 && return 1; }
}
lengths() {
  ! find "$wwwroot" tests/Linnet.Page.Tests -name '*.js' -exec awk 'END { if (FNR > 400) print FILENAME ": " FNR " lines; the most is 400" }' {} \; | grep .
}

declare_types || { failed=1 && finish; }
if [ "${1:-}" = --write ]; then
  cp "$generated/linnet-player.d.ts" "$declarations/"
  "$bin/prettier" --config "$tools/.prettierrc.json" --log-level warn --write "${sources[@]}" || exit
fi

check "types" "$bin/tsc" -p "$tools"
check "lint" "$bin/eslint" -c "$tools/eslint.config.js" --max-warnings 0 "$wwwroot" tests/Linnet.Page.Tests
check "format (eng/check-js.sh --write mends it)" "$bin/prettier" --config "$tools/.prettierrc.json" --log-level warn --check "${sources[@]}"
check "declarations (eng/check-js.sh --write writes them)" diff -u "$declarations/linnet-player.d.ts" "$generated/linnet-player.d.ts"
check "size of the page" sizes
check "length of files" lengths

report=$generated/tests
node --test --test-timeout=60000 --test-reporter=tap tests/Linnet.Page.Tests/ </dev/null >"$report" 2>&1
status=$?
count() { sed -n "s/^# $1 //p" "$report" | tail -n 1; }
p=$(count pass) f=$(count fail) s=$(($(count skipped) + $(count todo)))
if [ "$status" != 0 ] || [ -z "$p" ]; then
  awk '/^not ok/ { lines = 25 } /^(ok|# Sub)/ { lines = 0 } lines-- > 0' "$report" >&2
  if [ "${f:-0}" = 0 ]; then f=1; fi
fi
passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + s))
finish
