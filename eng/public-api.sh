#!/usr/bin/env bash
# Usage: eng/public-api.sh
# Writes the public types and members of src/Linnet and src/Linnet.Server into their PublicAPI.Unshipped.txt, except those that
# PublicAPI.Shipped.txt lists. Run it after a change of the public API and commit the files: the build fails while they differ.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/dotnet.sh
dotnet=$(find_dotnet "$PWD")
export LC_ALL=C

log=$(mktemp)
old=$(mktemp -d)
is_done=
trap 'if [ -z "$is_done" ]; then for p in "$old"/*; do cp "$p" "src/$(basename "$p")/PublicAPI.Unshipped.txt"; done; fi; rm -rf "$old" "$log"' EXIT
for project in Linnet Linnet.Server; do
  cp "src/$project/PublicAPI.Unshipped.txt" "$old/$project"
  echo '#nullable enable' >"src/$project/PublicAPI.Unshipped.txt"
done

# The analyzer names each member that no file lists, in the form that the files have.
"$dotnet" build src/Linnet.Server -c Release -v q -nologo -nodeReuse:false -p:TreatWarningsAsErrors=false </dev/null >"$log" ||
  { cat "$log" >&2; exit 1; }
for project in Linnet Linnet.Server; do
  sed -n "s|^.*/src/$project/.*RS0016: Symbol '\(.*\)' is not part of the declared.*|\1|p" "$log" |
    sort -u >>"src/$project/PublicAPI.Unshipped.txt"
done
is_done=1
