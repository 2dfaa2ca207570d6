#!/usr/bin/env bash
# A restart of the daemon in the middle of NetFlow v9 streams whose templates come every ten minutes, in about three minutes.
#
# usage: restart.sh         as root; from the root of the project, after `make build`
#   SPATE=PATH              another program than the release build
#   SIGNAL=TERM             how the daemon is stopped: TERM, or KILL (then it has what it saved at most a minute before)
#   BEFORE=90 AFTER=105     seconds before and after the restart
#   RATE=200                datagrams a second of the first exporter
#   KEEP=FOLDER             leave the capture, configurations and what each program said there
#
# Two network namespaces. Three exporters: a sender that tells templates and sampling once in ten minutes, and softflowd and
# pmacctd, which tell their templates every 16 and 18 datagrams and have little to say here. tcpdump takes all down.
#
# For each must hold: after the restart no templates have come, every record of every datagram has been decoded, and only the
# datagrams that came while no socket was open are missing; after TERM, the daemon says how many these are.
test=restart
tools=(ip tcpdump python3 softflowd pmacctd)
packages=(iproute2 tcpdump python3-minimal softflowd pmacct)
signal=${SIGNAL:-TERM} before=${BEFORE:-90} after=${AFTER:-105} rate=${RATE:-200}
# shellcheck source=Tests/Live/common.sh
source "$(dirname "$0")/common.sh"

now() { date +%s.%N; }
status() { "$spate" status --socket "$folder/control.sock" "$@"; }

# --- network and collector ---------------------------------------------------------------------------------------------
add_space exporters
add_space collector
join_spaces exporters collector
for number in 1 2 3; do
    ip -n "$name-exporters" address add "10.3.$number.1/24" dev to-collector
    ip -n "$name-collector" address add "10.3.$number.254/24" dev to-exporters
done
configure_collector
start collector tcpdump tcpdump -i to-exporters -s 0 -U -B 8192 -w "$folder/exports.pcap" udp port 2055
until_true tcpdump test -s "$folder/exports.pcap"
start collector spate "$spate" run --config "$folder/spate.yaml"
collector=$pid
until_true spate status

# --- exporters ---------------------------------------------------------------------------------------------------------
# 16 × 38 s and 18 × 33 s are ten minutes. What they watch is a little UDP on the link, not the export itself.
start exporters softflowd softflowd -d -i to-collector -n 10.3.2.254:2055 -v 9 -p "$folder/softflowd.pid" \
    -c "$folder/softflowd.ctl" -t expint=38 -t udp=5 -t general=5 udp port 53
cat > "$folder/nfprobe.conf" << END
daemonize: false
pcap_interface: to-collector
pcap_filter: udp port 53
plugins: nfprobe
aggregate: src_host, dst_host, src_port, dst_port, proto, tos, tcpflags
nfprobe_receiver: 10.3.3.254:2055
nfprobe_source_ip: 10.3.3.1
nfprobe_version: 9
nfprobe_timeouts: udp=5:general=5:expint=33
END
start exporters nfprobe pmacctd -f "$folder/nfprobe.conf"
start collector answers python3 "$live/traffic.py" serve 10.3.1.254
start exporters queries python3 "$live/traffic.py" ask 10.3.1.254 "$((before + after))"
start exporters sender python3 "$live/templates_once.py" 10.3.1.1 10.3.1.254 2055 "$((before + after))" "$rate"
sender=$pid

# --- the restart -------------------------------------------------------------------------------------------------------
say "$before s, then SIG$signal, then $after s"
sleep "$before"
status --format json > "$folder/before.json"
stopping=$(now)
stop "$signal" "$collector"
stopped=$(now)
start collector spate.again "$spate" run --config "$folder/spate.yaml"
until_true "spate again" status
opened=$(now)
say "stopped by SIG$signal and started again"
wait "$sender" || true
cat "$folder/sender.out"
until_still "$folder/exports.pcap"
status | tee "$folder/status.txt"
status --format json > "$folder/after.json"
cat "$folder/spate.again.err"

echo
"$spate" decode --format json "$folder/exports.pcap" | python3 "$live/restarted.py" "$folder" "$signal" "$stopping" "$stopped" "$opened"
