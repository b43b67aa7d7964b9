#!/bin/sh
# Takes a part of the protocol out, one at a time, and shows that the schedules of faults notice.
#
# Each patch in this folder takes out one part. It is applied to a copy of the sources; the copy's
# schedules must fail, and the first failure of each source is shown. PIE_SCHEDULES says how many
# schedules are played of each source; without it as many as CI plays.
#
#   functions/sync/tests/mutants/run.sh [name of a patch]...
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cd "$root"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents --target-directory "$copy"
# What is built of the copy must never be taken for what is built of the sources.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/mutants"
cd "$copy"

survivors=0
for patch in "$here"/*.patch; do
	name=$(basename "$patch" .patch)
	if [ $# -gt 0 ]; then
		case " $* " in *" $name "*) ;; *) continue ;; esac
	fi
	patch --quiet --strip 1 <"$patch"
	echo "== without $name"
	if "${CARGO:-cargo}" test --quiet --workspace --test in_step every_schedule >"$copy/out" 2>&1; then
		echo "   survives: no schedule failed"
		survivors=$((survivors + 1))
	elif grep -q '^error' "$copy/out" && ! grep -q 'test result' "$copy/out"; then
		cat "$copy/out"
		exit 1
	else
		grep -E '(world [0-9]+ schedule [0-9]+|test result)' "$copy/out" | cut -c 1-200
	fi
	patch --quiet --strip 1 --reverse <"$patch"
done
[ "$survivors" -eq 0 ]
