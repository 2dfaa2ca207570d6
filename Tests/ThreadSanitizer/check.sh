#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The tests of the code that shares memory between threads, under the thread sanitizer. Fails unless
#   (a) the sanitizer has nothing to say about them, and
#   (b) it reports the race that RaceCanaryTests commits on purpose: silence of a sanitizer that sees nothing is no proof.
#
# Usage: Tests/ThreadSanitizer/check.sh [FILTER]      FILTER: regular expression of test names
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

filter=${1:-'LockFreeTests|IntakeTests|HistoryTests|AlertDeliveryTests'}
canary='RaceCanaryTests'
report='WARNING: ThreadSanitizer: data race'
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
export TSAN_OPTIONS="suppressions=$PWD/Tests/ThreadSanitizer/suppressions.txt"

# A scratch folder of its own, or ordinary builds and these would throw each other's work away.
sanitized_test() {
    swift test --sanitize=thread --scratch-path .build/thread-sanitizer "$@" >"$log" 2>&1
}

fail() {
    tail -n 200 "$log"
    echo "thread sanitizer: $1" >&2
    exit 1
}

sanitized_test --filter "$filter" || fail 'the tests failed, or the sanitizer reported something (above)'
grep -q 'ThreadSanitizer' "$log" && fail 'the sanitizer reported something (above)'
grep -Eq 'Test run with [1-9][0-9]* tests? .*passed' "$log" || fail "no test ran: does '$filter' still fit?"
grep -E 'Test run with' "$log"

SPATE_RACE_CANARY=1 sanitized_test --skip-build --filter "$canary"
grep -q "$report" "$log" || fail 'the race of the canary was not reported: the sanitizer is blind here'
grep -q 'raceCanaryWrite' "$log" || fail 'a race was reported, but not that of the canary'

echo 'thread sanitizer: clean, and the canary was reported'
