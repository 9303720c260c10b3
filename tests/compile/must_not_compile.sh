#!/bin/sh
# must_not_compile.sh SOURCE COMPILER...: CASE 0 of the source compiles, every other case fails with its words.
source=$1
shift
if ! "$@" -DCASE=0 "$source"; then
    echo "CASE 0, which has no mistake, does not compile"
    exit 1
fi
failed=0
cases=$(sed -n 's|^// CASE \([0-9]*\): .*|\1|p' "$source")
for case in $cases; do
    words=$(sed -n "s|^// CASE $case: ||p" "$source")
    if message=$("$@" -DCASE="$case" "$source" 2>&1); then
        echo "CASE $case compiles, and should not"
        failed=1
    elif ! printf '%s' "$message" | grep -qE "$words"; then
        printf 'CASE %s is refused without the words "%s":\n%s\n' "$case" "$words" "$message"
        failed=1
    fi
done
exit $failed
