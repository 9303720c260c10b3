#!/bin/sh
# run.sh PAGES-PROGRAM FOLDER: has the program write its pages into the folder, and opens them in a browser.
set -eu
mkdir -p "$2"
pages=$(realpath "$1") folder=$(realpath "$2")  # meson gives them as seen from the build folder
cd "$(dirname "$0")"
exec 9>"${TMPDIR:-/tmp}/sevenfold-npm.lock"  # two tests may begin at once
flock 9
# The versions stand in package.json; nothing of what is installed runs on installing.
if ! [ node_modules/.package-lock.json -nt package.json ]; then
    if ! npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error; then
        echo 'npm cannot fetch what package.json names, so nothing is opened in a browser. Is there a network?' >&2
        exit 77  # meson: skipped
    fi
    touch node_modules/.package-lock.json
fi
exec 9>&-
rm -rf "$folder"
"$pages" "$folder"
exec node run.js "$folder"
