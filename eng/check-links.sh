#!/usr/bin/env bash
# Usage: eng/check-links.sh
# Fails if a relative link in a Markdown file of the project, or its #heading, is broken.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

broken=0
complain() {
  echo "$1" >&2
  broken=1
}

# anchors FILE: prints the anchors of its headings, as GitHub makes them.
anchors() {
  sed '/^```/,/^```/d' "$1" | sed -n 's/^#\{1,6\} \(.*\)$/\1/p' | tr '[:upper:]' '[:lower:]' |
    sed -e 's/`//g' -e 's/\[\([^]]*\)\]([^)]*)/\1/g' -e 's/[^[:alnum:] _-]//g' -e 's/ /-/g'
}

while IFS= read -r file; do
  # Ignore code: blocks and `spans`. Keep the target of [text](target "title").
  targets=$(sed '/^ *```/,/^ *```/d' "$file" | sed 's/`[^`]*`//g' | grep -oE '\]\([^)]+\)' | sed -e 's/^](//' -e 's/)$//' -e 's/ ".*"$//' || true)
  while IFS= read -r target; do
    case "$target" in '' | *://* | mailto:*) continue ;; esac
    path=${target%%#*} anchor=
    [[ $target == *#* ]] && anchor=${target#*#}
    linked=$file
    [ -z "$path" ] || linked=$(dirname "$file")/$path
    if [ ! -e "$linked" ]; then
      complain "$file: $target does not exist"
    elif [ -n "$anchor" ] && [[ $linked == *.md ]] && ! anchors "$linked" | grep -qxF -- "$anchor"; then
      complain "$file: $target: no such heading"
    fi
  done <<<"$targets"
done < <(git ls-files --cached --others --exclude-standard '*.md')
exit $broken
