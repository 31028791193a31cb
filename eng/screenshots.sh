#!/usr/bin/env bash
# Usage: eng/screenshots.sh [NAME…]
# Takes the pictures of the web page in docs/images: all, or those that are named, such as page-phone. Needs npm, Node.js and Chromium.
# On a busy machine the player has interruptions, which the pictures show. Look at them before you commit them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

tools=artifacts/screenshots
wanted="puppeteer-core@25.16.0 qrcode@1.5.4 sharp@0.35.5 ws@8.23.0"
if [ "$(cat "$tools/node_modules/.wanted" 2>/dev/null)" != "$wanted" ]; then
  mkdir -p "$tools"
  # shellcheck disable=SC2086 # One word each.
  npm install --prefix "$tools" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error $wanted </dev/null
  echo "$wanted" >"$tools/node_modules/.wanted"
fi
node eng/screenshots/take.js "$tools" "${CHROMIUM:-/usr/bin/chromium}" docs/images "$@"
ls -l docs/images
