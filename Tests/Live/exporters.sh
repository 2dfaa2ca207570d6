#!/usr/bin/env bash
# Real exporters against spate, in about two minutes: what it counts must be what nfcapd counts of the same datagrams.
#
# usage: exporters.sh       as root; from the root of the project, after `make build`
#   SPATE=PATH              another program than the release build
#   SECONDS_OF_TRAFFIC=60   how long
#   ONLY=PATTERN            only the exporters whose name matches this extended regular expression
#   KEEP=FOLDER             leave the capture, configurations and what each program said there
#
# Three network namespaces in a row carry web, DNS-like and ICMP traffic over IPv4 and IPv6: clients, a router, servers. On
# the router every exporter watches the same interface, and exports from an address of its own over a fourth link to a
# collector with spate, where tcpdump takes the same datagrams down. Afterwards these are sent once more to one nfcapd each.
#
# For each exporter must hold: records that spate has counted = those of nfdump = those that the exporter says it sent,
# where it says so (softflowd does); each flow (addresses, ports, protocol, packets, octets) of `spate decode` = that of nfdump, as often;
# nothing lost, late, duplicate, reset, rejected, dropped or unmatched at the end; the sampling that was set.
test=exporters
tools=(ip tcpdump nginx python3 softflowd softflowctl pmacctd fprobe nfcapd nfdump)
packages=(iproute2 tcpdump nginx-light python3-minimal softflowd pmacct fprobe nfdump)
seconds=${SECONDS_OF_TRAFFIC:-60}
# shellcheck source=Tests/Live/common.sh
source "$(dirname "$0")/common.sh"

sampling=10
numbers=() labels=()

# --- exporters: each watches to-clients and sends from 10.3.NUMBER.1 to 10.3.NUMBER.254:2055 -----------------------------

# Gives the next exporter its number and addresses; false where ONLY leaves it out.
next_exporter() {
    label=$1
    [[ $label =~ ${ONLY:-.} ]] || return 1
    number=$((${#numbers[@]} + 1))
    numbers+=("$number") labels+=("$label")
    ip -n "$name-router" address add "10.3.$number.1/24" dev to-collector
    ip -n "$name-collector" address add "10.3.$number.254/24" dev to-router
    mkdir "$folder/nfcapd.$number"
}

# softflowd LABEL INTERVAL OPTION…
softflowd_exporter() {
    local label=$1 interval=$2 number
    shift 2
    next_exporter "$label" || return 0
    echo "$number $label $interval" >> "$folder/exporters"
    start router "$label" softflowd -d -i to-clients -n "10.3.$number.254:2055" -p "$folder/$label.pid" -c "$folder/$label.ctl" \
        -t expint=2 -t tcp.fin=2 -t tcp.rst=2 -t tcp=15 -t udp=5 -t icmp=5 -t general=15 -t maxlife=30 "$@"
    until_true "$label" test -S "$folder/$label.ctl"
}

# nfprobe LABEL INTERVAL VERSION
nfprobe_exporter() {
    local label=$1 interval=$2 version=$3 number
    next_exporter "$label" || return 0
    echo "$number $label $interval" >> "$folder/exporters"
    cat > "$folder/$label.conf" << END
daemonize: false
pcap_interface: to-clients
plugins: nfprobe
aggregate: src_host, dst_host, src_port, dst_port, proto, tos, tcpflags
nfprobe_receiver: 10.3.$number.254:2055
nfprobe_source_ip: 10.3.$number.1
nfprobe_version: $version
nfprobe_timeouts: tcp=15:tcp.rst=2:tcp.fin=2:udp=5:icmp=5:general=15:maxlife=30:expint=2
END
    ((interval == 1)) || echo "sampling_rate: $interval" >> "$folder/$label.conf"
    start router "$label" pmacctd -f "$folder/$label.conf"
    nfprobes+=("$pid")
}

# fprobe LABEL VERSION
fprobe_exporter() {
    local label=$1 version=$2 number
    next_exporter "$label" || return 0
    echo "$number $label 1" >> "$folder/exporters"
    start router "$label" fprobe -i to-clients -f ip -n "$version" -s 1 -d 5 -e 30 -q 10000 -l 2 -a "10.3.$number.1" "10.3.$number.254:2055"
    fprobes+=("$pid")
}

# --- the network -------------------------------------------------------------------------------------------------------
for space in clients router servers collector; do add_space "$space"; done
join_spaces router clients
join_spaces router servers
join_spaces router collector
in_space router sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
ip -n "$name-router" -batch - << END
address add 10.20.0.1/16 dev to-clients
address add fd00:20::1/64 dev to-clients nodad
address add 10.2.0.1/24 dev to-servers
address add fd00:2::1/64 dev to-servers nodad
END
sources=()
for i in $(seq 11 30); do
    sources+=("10.20.1.$i" "fd00:20::$i")
    ip -n "$name-clients" address add "10.20.1.$i/16" dev to-router
    ip -n "$name-clients" address add "fd00:20::$i/64" dev to-router nodad
done
ip -n "$name-servers" address add 10.2.0.20/24 dev to-router
ip -n "$name-servers" address add fd00:2::20/64 dev to-router nodad
ip -n "$name-clients" route add default via 10.20.0.1
ip -n "$name-clients" -6 route add default via fd00:20::1
ip -n "$name-servers" route add default via 10.2.0.1
ip -n "$name-servers" -6 route add default via fd00:2::1

# --- servers, collector ------------------------------------------------------------------------------------------------
mkdir "$folder/web"
for page in small:300 page:9000 large:70000; do head -c "${page#*:}" /dev/zero > "$folder/web/${page%:*}"; done
cat > "$folder/nginx.conf" << END
daemon off;
user root;
worker_processes 1;
pid $folder/nginx.pid;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path $folder/nginx-body; proxy_temp_path $folder/nginx-proxy;
    fastcgi_temp_path $folder/nginx-fastcgi; uwsgi_temp_path $folder/nginx-uwsgi; scgi_temp_path $folder/nginx-scgi;
    server { listen 10.2.0.20:80; listen [fd00:2::20]:80; root $folder/web; }
}
END
start servers nginx nginx -e "$folder/nginx.error.log" -c "$folder/nginx.conf"
start servers answers python3 "$live/traffic.py" serve 10.2.0.20 fd00:2::20

configure_collector
"$spate" check --config "$folder/spate.yaml"
start collector tcpdump tcpdump -i to-router -s 0 -U -B 8192 -w "$folder/exports.pcap" udp port 2055
until_true tcpdump test -s "$folder/exports.pcap"
start collector spate "$spate" run --config "$folder/spate.yaml"
collector=$pid
until_true spate "$spate" status --socket "$folder/control.sock"

# --- exporters and traffic ---------------------------------------------------------------------------------------------
nfprobes=() fprobes=()
softflowd_exporter softflowd-v1 1 -v 1
softflowd_exporter softflowd-v5 1 -v 5
softflowd_exporter softflowd-v9 1 -v 9
softflowd_exporter softflowd-IPFIX 1 -v 10
softflowd_exporter softflowd-biflow 1 -v 10 -b
softflowd_exporter softflowd-v5-sampled $sampling -v 5 -s $sampling
softflowd_exporter softflowd-v9-sampled $sampling -v 9 -s $sampling
softflowd_exporter softflowd-IPFIX-sampled $sampling -v 10 -s $sampling
nfprobe_exporter nfprobe-v9 1 9
nfprobe_exporter nfprobe-IPFIX 1 10
nfprobe_exporter nfprobe-v9-sampled $sampling 9
nfprobe_exporter nfprobe-IPFIX-sampled $sampling 10
fprobe_exporter fprobe-v5 5
fprobe_exporter fprobe-v7 7
((${#numbers[@]} > 0)) || { echo "$test: no exporter is called ${ONLY:-.}" >&2; exit 2; }
sleep 2

say "${#numbers[@]} exporters; $seconds s of traffic"
in_space clients python3 "$live/traffic.py" use "$seconds" 10.2.0.20 fd00:2::20 "${sources[@]}" | tee "$folder/traffic"
sleep 8
for i in "${!numbers[@]}"; do
    [[ ${labels[i]} == softflowd-* ]] || continue
    softflowctl -c "$folder/${labels[i]}.ctl" expire-all > /dev/null
    softflowctl -c "$folder/${labels[i]}.ctl" statistics > "$folder/${labels[i]}.statistics"
done
for program in "${nfprobes[@]}"; do stop INT "$program"; done
for program in "${fprobes[@]}"; do stop TERM "$program"; done
until_still "$folder/exports.pcap"
"$spate" status --socket "$folder/control.sock" | tee "$folder/status.txt"
"$spate" status --socket "$folder/control.sock" --format json > "$folder/status.json"

# --- nfcapd on the same datagrams --------------------------------------------------------------------------------------
destinations=() nfcapds=()
for number in "${numbers[@]}"; do
    start collector "nfcapd.$number" nfcapd -b 127.0.0.1 -p $((9000 + number)) -w "$folder/nfcapd.$number" -t 3600 -B 8388608 \
        -P "$folder/nfcapd.$number.pid"
    nfcapds+=("$pid")
    destinations+=("10.3.$number.1=$((9000 + number))")
    until_true "nfcapd.$number" test -s "$folder/nfcapd.$number.pid"
done
in_space collector python3 "$live/replicate.py" "$folder/exports.pcap" 127.0.0.1 "${destinations[@]}" > "$folder/replicated"
sleep 2
in_space collector awk 'FNR > 1 {print $2, $NF}' /proc/net/udp > "$folder/nfcapd.drops"
for program in "${nfcapds[@]}"; do stop TERM "$program"; done
for number in "${numbers[@]}"; do
    nfdump -R "$folder/nfcapd.$number" -q -o json > "$folder/nfdump.$number.json"
done

echo
"$spate" decode --format json "$folder/exports.pcap" | python3 "$live/compare.py" "$folder"
