#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Fuzzes one target for a while, from the seeds that its code has, the captures of Tests/Captures, and what earlier runs
# found worth keeping (.build/fuzz-corpus). Fails when a promise is broken or the program stops, and says which input it was.
#
# Usage: Tests/Fuzz/run.sh [TARGET [SECONDS [address]]]
#   TARGET   datagrams (decoded, as the daemon does), listings (as `spate decode` does), state (the file of state.directory),
#            baselines (the other file there), framing (what a syslog connection brings), lines (of logs, read by all built-in formats), formats (of the
#            operator's, and lines read by them) or metrics (of StatsD); default: datagrams
#   SECONDS  default: 60
#   address  adds the address sanitizer, at less than half the speed
set -euo pipefail
cd "$(dirname "$0")/../.."

target=${1:-datagrams}
duration=${2:-60}
sanitizer=${3:-}
case $target in
datagrams) product=FuzzDatagrams ;;
listings) product=FuzzListings ;;
state) product=FuzzState ;;
baselines) product=FuzzBaselines ;;
framing) product=FuzzFraming ;;
lines) product=FuzzLines ;;
formats) product=FuzzFormats ;;
metrics) product=FuzzMetrics ;;
*) sed -n '7,12s/^# //p' "$0" >&2 && exit 2 ;;
esac

dictionary=Tests/Fuzz/datagrams.dict
[[ $target == lines || $target == formats || $target == metrics ]] && dictionary=Tests/Fuzz/lines.dict

# Datagrams longer than this teach nothing that several short ones do not.
longest=4096
# Seconds after which an input counts as an endless loop.
patience=5

# A scratch folder of its own, or ordinary builds and these would throw each other's work away. Comparisons are not
# traced: that finds no more in the same time here, at half the speed.
scratch=.build/fuzz${sanitizer:+-$sanitizer}
flags=(-c release --scratch-path "$scratch" --sanitize fuzzer ${sanitizer:+--sanitize "$sanitizer"} --product "$product"
    -Xswiftc -DFUZZING -Xswiftc '-sanitize-coverage=edge,inline-8bit-counters,pc-table')
swift build "${flags[@]}" >&2
program=$(swift build "${flags[@]}" --show-bin-path)/$product

kept=.build/fuzz-corpus/$target
seeds=.build/fuzz-corpus/$target-seeds
findings=.build/fuzz-findings
log=.build/fuzz-corpus/$target.log
mkdir -p "$kept" "$findings"
"$program" --seeds "$seeds" >&2
for capture in Tests/Captures/*.pcap; do
    [[ -e $capture ]] && "$program" --convert "$capture" "$seeds" >&2
done

# Swift's own backtrace would come before libFuzzer learns of a crash and writes the input.
export SWIFT_BACKTRACE=enable=no

status=0
"$program" "$kept" "$seeds" -max_total_time="$duration" -max_len="$longest" -timeout="$patience" -print_final_stats=1 \
    -dict="$dictionary" -artifact_prefix="$findings/$target-" >"$log" 2>&1 || status=$?

awk '/^stat::number_of_executed_units/ { runs = $2 } /^stat::average_exec_per_sec/ { rate = $2 }
    /cov:/ { for (i = 1; i < NF; i++) if ($i == "cov:") edges = $(i + 1) }
    END { printf "fuzz: %d executions, %d a second, %d edges covered\n", runs, rate, edges }' "$log"
echo "fuzz: $(find "$kept" -type f | wc -l) inputs kept in $kept; the log is $log"
if ((status != 0)); then
    grep -aE 'Fatal error|ERROR:|SUMMARY:' "$log" >&2 || tail -n 20 "$log" >&2
    input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    echo "fuzz: FINDING. Again: $program ${input:-(see $log)}" >&2
    echo "fuzz: in an ordinary build: swift run $product --replay ${input:-FILE}" >&2
    exit 1
fi
echo 'fuzz: no finding'
