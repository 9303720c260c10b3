#!/bin/sh
# check_pictures.sh BUILD: docs/pictures still draws every picture of the course, and no others.
set -eu
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
docs/pictures "$build" "$folder" >/dev/null
ls "$folder" >"$folder.drawn"
ls docs/course/pictures | diff "$folder.drawn" - && rm "$folder.drawn"
