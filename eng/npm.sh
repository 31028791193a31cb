#!/usr/bin/env bash
# Usage: eng/npm.sh
# Installs the npm packages of eng/js, which check the page and its player and stand for other programs in the tests of HLS. If they are
# installed, it does nothing. Exits with 3 if npm or Node.js 20.19 is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/js"

is_new_enough='const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'
if ! command -v npm >/dev/null || ! node -e "$is_new_enough"; then
  exit 3
fi
# What is installed says which lock file it came from.
if ! cmp -s package-lock.json node_modules/.lock; then
  npm ci --no-audit --no-fund --ignore-scripts --loglevel=error </dev/null
  cp package-lock.json node_modules/.lock
fi
