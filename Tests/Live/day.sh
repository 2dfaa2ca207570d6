#!/usr/bin/env bash
# A day of export, replayed by spate and aggregated by nfdump: what a record costs each of them, in some minutes.
#
# usage: day.sh             as root; from the root of the project, after `make build`
#   FLOWGEN=PATH            the generator: `flowgen --pcap FILE --proto v5|v9|ipfix --rate N --count N --services N`
#   SPATE=PATH              another program than the release build
#   PROTO=v9 RATE=10        version, and datagrams a second of the day
#   HOURS=24 SERVICES=200   length and services
#   ROUNDS=3                how often each is measured, in turn; the median counts
#   KEEP=FOLDER             leave the captures and results there
#
# One network namespace with loopback, over which nfcapd gets the datagrams of the capture, so that both read the same flows.
test=day
tools=(ip python3 nfcapd nfdump)
packages=(iproute2 python3-minimal nfdump)
flowgen=${FLOWGEN:-flowgen} proto=${PROTO:-v9} rate=${RATE:-10} hours=${HOURS:-24} services=${SERVICES:-200}
rounds=${ROUNDS:-3}
tools+=("$flowgen")
# shellcheck source=Tests/Live/common.sh
source "$(dirname "$0")/common.sh"

# --- the day ------------------------------------------------------------------------------------------------------------
say "$hours hours of $proto at $rate datagrams/s"
"$flowgen" --pcap "$folder/day.pcap" --proto "$proto" --rate "$rate" --count "$((hours * 3600 * rate))" \
    --services "$services" > "$folder/sent.json"
records=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["records"])' "$folder/sent.json")
{
    echo "services:"
    for ((index = 0; index < services; index++)); do
        address=10.10.$((index / 256)).$((index % 256))
        echo "  - { name: web-$index, addresses: [$address], ports: [443, 80, 8080, 8443, 25, 5432], kind: https }"
        echo "  - { name: dns-$index, addresses: [$address], port: 53 }"
    done
} > "$folder/day.yaml"

# --- the same flows for nfdump ------------------------------------------------------------------------------------------
add_space day
mkdir "$folder/nfdump"
start day nfcapd nfcapd -w "$folder/nfdump" -b 127.0.0.1 -p 2055 -B 33554432 -t 3600
nfcapd=$pid
until_true nfcapd in_space day grep -q ":0807 " /proc/net/udp
in_space day python3 "$live/send_capture.py" "$folder/day.pcap" 127.0.0.1 2055 20000
sleep 1
stop TERM "$nfcapd"
stored=$(for file in "$folder"/nfdump/nfcapd.2*; do nfdump -I -r "$file"; done | awk -F: '/^Flows:/ { sum += $2 } END { print sum }')
say "$records records; nfcapd stored $stored"
[[ $stored == "$records" ]] || { echo "$test: nfcapd lost records" >&2; exit 1; }

# --- both, in turn ------------------------------------------------------------------------------------------------------
TIMEFORMAT='%R %U %S'
replay() { "$spate" replay --config "$folder/day.yaml" --format json "$folder/day.pcap" > "$folder/replay.json"; }
aggregate() { nfdump -R "$folder/nfdump" -A dstip,dstport,proto -o csv -q > "$folder/aggregate.csv"; }
cat "$folder/day.pcap" "$folder"/nfdump/nfcapd.2* > /dev/null
for ((round = 0; round < rounds; round++)); do
    for program in replay aggregate; do
        { time "$program"; } 2>> "$folder/$program.times"
    done
done
python3 - "$folder" "$records" << 'END'
import json, statistics, sys

folder, records = sys.argv[1], int(sys.argv[2])
with open(f"{folder}/replay.json") as file:
    summary = [json.loads(line) for line in file][-1]
accounted = summary["aggregated_records"] + sum(summary["ignored_records"].values())
print(f"spate booked {summary['aggregated_records']} of {summary['records']} records, ignored {summary['ignored_records']}")
costs = {}
for program, name in (("replay", "spate replay"), ("aggregate", "nfdump -A dstip,dstport,proto")):
    with open(f"{folder}/{program}.times") as file:
        runs = [[float(word) for word in line.split()] for line in file if line[0].isdigit()]
    wall = statistics.median(run[0] for run in runs)
    costs[program] = statistics.median(run[1] + run[2] for run in runs) / records * 1e6
    print(f"{name:32s} {records / wall / 1e6:7.2f} M records/s  {costs[program]:.3f} core-seconds a million records")
print(f"spate is {costs['replay'] / costs['aggregate']:.2f} times nfdump")
sys.exit(summary["records"] != records or accounted != records)
END
