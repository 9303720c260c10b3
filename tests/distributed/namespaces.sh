#!/usr/bin/env bash
# namespaces.sh TRAINER: two ranks on two hosts that know each other by TCP alone end with the bits of one process.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd) trainer=$1 scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/one" "$scratch/two"
"$trainer" "$scratch/one" 1 plain >"$scratch/one.log"
"$here/tools/two_hosts" "$trainer" "$scratch/two" 1 plain >"$scratch/two.log" 2>&1 || { status=$?; cat "$scratch/two.log"; exit $status; }
one=$(grep ^fingerprint "$scratch/one.log") two=$(grep ^fingerprint "$scratch/two.log") cable=$(grep '^bytes over' "$scratch/two.log")
echo "one process: $one; two hosts: $two; $cable"
[ "$one" = "$two" ] && [ "${cable##* }" -gt 100000 ]
