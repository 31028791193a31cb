#!/usr/bin/env bash
# Usage: eng/screenshots.sh [NAME…]
# Takes the pictures of the web page in docs/images, all or those that are named, such as page-phone. Needs npm, Node.js, Chromium and
# ffmpeg. Look at them before you commit them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

tools=artifacts/screenshots
mkdir -p "$tools"
if [ ! -d "$tools/node_modules/ws" ]; then
  npm install --prefix "$tools" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error \
    puppeteer-core@25.16.0 qrcode@1.5.4 ws@8.23.0 </dev/null
fi
rm -f "$tools"/*.png
node eng/screenshots/take.js "$tools" "${CHROMIUM:-/usr/bin/chromium}" "$@"

# 256 colours are enough for a page, and make a quarter of the size.
for picture in "$tools"/*.png; do
  ffmpeg -v error -y -i "$picture" -filter_complex \
    '[0]split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=dither=sierra2_4a:diff_mode=rectangle' \
    -frames:v 1 -update 1 -compression_level 9 -pred mixed "docs/images/$(basename "$picture")"
done
ls -l docs/images
