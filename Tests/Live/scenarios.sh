#!/usr/bin/env bash
# Records labelled scenarios on a test network of this machine: a minute of ordinary use, an event, recovery. What it writes is
# read by the scoring of `spate replay`.
#
# usage: scenarios.sh NAME…   as root; the names are in scenarios/catalogue.sh; `scenarios.sh list` prints them
#   OUT=scenarios             folder that gets a folder for each scenario
#   BEFORE=65 AFTER=40        seconds of ordinary use before and after the event
#   EXPORTERS="sf9s …"        instead of those that take their turn
#   SCALE=1                   how many times the rates of attack.py and of crowds
#   KEEP=FOLDER               leave what each program said there
#
# Six network namespaces: users and attackers behind an edge, a router on which real exporters watch the side of the clients,
# servers (haproxy, nginx, stunnel, unbound, an application of eight workers), a collector where tcpdump takes down what the
# exporters send and what the servers log. Nothing leaves the machine. Overload comes of set limits (workers, connections, slots,
# queues, shares of a core), not of how fast the machine is, so that it is the same everywhere.
# Each recording has flows.pcap and flows-EXPORTER.pcap (the same traffic, seen by different exporters: use one at a time),
# logs.pcap and truth.json: label, service, event, exporters, and what ordinary users experienced before, during and after.
scenarios=$(cd "$(dirname "$0")" && pwd)/scenarios
if [[ ${1:-} == list ]]; then
    sed -n 's/^    \([a-z0-9_]*\)) .*/\1/p' "$scenarios/catalogue.sh"
    exit
fi
if (($# != 1)); then
    (($# > 0)) || { echo "usage: scenarios.sh NAME… or scenarios.sh list" >&2; exit 2; }
    for each; do "$0" "$each" || echo "scenarios.sh: $each failed" >&2; done
    exit
fi
out=$(realpath -m "${OUT:-scenarios}")/$1
test="scenario $1"
tools=(ip nft ethtool tcpdump python3 openssl unshare haproxy nginx unbound stunnel4 softflowd pmacctd hping3 slowhttptest dnsperf wrk ab)
packages=(iproute2 nftables ethtool tcpdump python3 openssl util-linux haproxy nginx-light unbound stunnel4 softflowd pmacct hping3 slowhttptest dnsperf wrk apache2-utils)
SPATE=$(type -P true)
# shellcheck source=Tests/Live/common.sh
source "$(dirname "$0")/common.sh"

# --- what the catalogue may set ------------------------------------------------------------------------------------------
label='' kind='' technique='' service='' also='' sources='' tool='' note='' options=''
seconds=70 rates=lb-http=3.9,lb-https=2.9,web-http=3.0,tls-term=1.0,dns=14
lb_maxconn=2000 lb_client_timeout=30s web_connections=256 dns_slots=1024 dns_buffer=0 lb_cpu=0 web_cpu=0 tls_cpu=0 dns_cpu=0
key_bits=4096 slow_milliseconds=400 syncookies=1 synbacklog=2048 somaxconn=4096 user_options=()
during() { :; }
afterwards() { :; }
# shellcheck source=Tests/Live/scenarios/catalogue.sh
source "$scenarios/catalogue.sh"
scenario "$1"
for setting in lb_maxconn lb_client_timeout dns_slots dns_buffer lb_cpu web_cpu tls_cpu dns_cpu syncookies synbacklog somaxconn; do
    options+="$setting=${!setting} "
done
options+="scale=${SCALE:-1}"

# limited PERCENT NAME PID: a program that gets that share of a core; 0 does not limit.
limited() {
    (($1 > 0)) || return 0
    local group=/sys/fs/cgroup/cpu/$name-$2
    [[ -d /sys/fs/cgroup/cpu ]] || group=/sys/fs/cgroup/$name-$2
    mkdir "$group"
    groups+=("$group")
    if [[ -e $group/cpu.cfs_quota_us ]]; then
        echo 100000 > "$group/cpu.cfs_period_us"
        echo $(($1 * 1000)) > "$group/cpu.cfs_quota_us"
    else
        echo "$(($1 * 1000)) 100000" > "$group/cpu.max"
    fi
    echo "$3" > "$group/cgroup.procs"
}
groups=()
# What common.sh does not know of.
clean_more() {
    local group tries
    for group in "${groups[@]}"; do
        for tries in {1..20}; do rmdir "$group" 2> /dev/null && break; sleep 0.1; done
    done
}

# --- the network ---------------------------------------------------------------------------------------------------------
for space in users attackers edge router servers collector; do add_space "$space"; done
join_spaces edge users
join_spaces edge attackers
join_spaces router edge
join_spaces router servers
join_spaces router collector
for pair in edge:users edge:attackers edge:router users:edge attackers:edge router:edge router:servers router:collector servers:router collector:router; do
    # What exporters count are packets as on a wire, not what the kernel has put together.
    in_space "${pair%:*}" ethtool -K "to-${pair#*:}" tso off gso off gro off > /dev/null 2>&1
done
for space in edge router; do in_space "$space" sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'; done
address() { ip -n "$name-$1" address add "$2" dev "$3"; }
address users 10.1.1.2/30 to-edge
address edge 10.1.1.1/30 to-users
address attackers 10.1.2.2/30 to-edge
address edge 10.1.2.1/30 to-attackers
address edge 10.1.0.2/30 to-router
address router 10.1.0.1/30 to-edge
address router 10.2.0.1/24 to-servers
address router 10.3.0.1/24 to-collector
address collector 10.3.0.2/24 to-router
for host in 2 10 20 30 53; do address servers "10.2.0.$host/24" to-router; done
# Every address of users and attackers is local where they are; whatever else (forged sources) goes nowhere.
ip -n "$name-users" route add local 10.20.0.0/16 dev lo
ip -n "$name-users" route add local 10.30.0.0/24 dev lo
ip -n "$name-attackers" route add local 10.66.0.0/16 dev lo
ip -n "$name-users" route add default via 10.1.1.1
ip -n "$name-attackers" route add default via 10.1.2.1
ip -n "$name-edge" route add 10.20.0.0/16 via 10.1.1.2
ip -n "$name-edge" route add 10.30.0.0/24 via 10.1.1.2
ip -n "$name-edge" route add 10.66.0.0/16 via 10.1.2.2
ip -n "$name-edge" route add 10.2.0.0/24 via 10.1.0.1
ip -n "$name-edge" route add blackhole default
ip -n "$name-router" route add default via 10.1.0.2
ip -n "$name-servers" route add default via 10.2.0.1
ip -n "$name-collector" route add default via 10.3.0.1
in_space servers sysctl -q -w "net.ipv4.tcp_syncookies=$syncookies" "net.ipv4.tcp_max_syn_backlog=$synbacklog" "net.core.somaxconn=$somaxconn"
for space in users attackers edge router servers; do in_space "$space" sysctl -q -w net.ipv4.ip_local_port_range="20000 60999" net.ipv4.conf.all.rp_filter=0; done
# Tools that use one address get another for each connection.
{
    printf 'table ip attackers {\n chain sources {\n type nat hook postrouting priority 100;\n ip saddr 10.1.2.2 snat to numgen random mod 400 map {'
    for i in {0..399}; do printf ' %d : 10.66.%d.%d,' "$i" $(((i + 1) / 256)) $(((i + 1) % 256)); done
    printf ' }\n }\n}\n'
} > "$folder/sources.nft"
in_space attackers nft -f "$folder/sources.nft"
# drop SPACE HOOK SHARE EXPRESSION: loses that share (percent) of packets until `keep SPACE HOOK`
drop() {
    in_space "$1" nft add table ip "lose_$2"
    in_space "$1" nft "add chain ip lose_$2 lose { type filter hook $2 priority 0; }"
    local chance="numgen random mod 100 < $3"
    (($3 < 100)) || chance=''
    in_space "$1" nft "add rule ip lose_$2 lose $4 $chance drop"
}
keep() { in_space "$1" nft delete table ip "lose_$2"; }

# --- collector -----------------------------------------------------------------------------------------------------------
declare -A known=(
    [sf9s]="softflowd 1.1.0:9:15:10:2:1:2055" [sf10r]="softflowd 1.1.0:10:60:15:5:1:4739" [sf5r]="softflowd 1.1.0:5:60:15:5:1:2057"
    [pm9]="pmacctd 1.7.7 nfprobe:9:60:15:5:1:2056" [pm10]="pmacctd 1.7.7 nfprobe:10:60:15:5:1:4741"
    [sf10s]="softflowd 1.1.0:10:15:10:2:1:4740" [sf10b]="softflowd 1.1.0 -b:10:60:15:5:1:4743" [sf9x10]="softflowd 1.1.0:9:60:15:5:10:2059"
    [sf5x10]="softflowd 1.1.0:5:60:15:5:10:2058" [pm10x10]="pmacctd 1.7.7 nfprobe:10:60:15:5:10:4742"
)
turns=("sf9s sf10r pm9 sf5x10" "sf10r sf9s pm10 pm10x10" "pm10 sf9s sf10s sf9x10" "sf9s sf5r sf10b pm10x10")
read -r -a exporters <<< "${EXPORTERS:-${turns[$(cksum <<< "$1" | cut -d" " -f1) % ${#turns[@]}]}}"
start collector sink python3 "$scenarios/around.py" sink 10.3.0.2 5140 2055 2056 2057 2058 2059 4739 4740 4741 4742 4743
capture() { start collector "tcpdump-$1" tcpdump -i to-router -s 0 -U -B 4096 -w "$folder/$1.pcap" "${@:2}"; }
capture logs udp dst port 5140
for exporter in "${exporters[@]}"; do capture "flows-$exporter" udp dst port "${known[$exporter]##*:}"; done
until_true tcpdump test -s "$folder/flows-${exporters[-1]}.pcap"

# --- servers -------------------------------------------------------------------------------------------------------------
mkdir -p "$folder/www/static" "$folder/dev"
page() { head -c "$2" /dev/zero | tr '\0' x > "$folder/www/$1"; }
page index.html 2704
for i in 1 2 3; do page "static/s$i.css" $((i * 9000)); done
page static/img.jpg 60000
page static/film.bin 4000000
openssl req -x509 -newkey "rsa:$key_bits" -nodes -days 2 -subj /CN=shop.test -keyout "$folder/server.key" -out "$folder/server.crt" 2> /dev/null
cat "$folder/server.crt" "$folder/server.key" > "$folder/server.pem"
for file in haproxy.cfg nginx.conf stunnel.conf unbound.conf; do
    sed "s|@FOLDER@|$folder|g; s|@LB_MAXCONN@|$lb_maxconn|; s|@LB_CLIENT_TIMEOUT@|$lb_client_timeout|; s|@WEB_CONNECTIONS@|$web_connections|
        s|@DNS_SLOTS@|$dns_slots|; s|@DNS_BUFFER@|$dns_buffer|" "$scenarios/$file" > "$folder/$file"
done
chmod -R a+rX "$folder"
cat > "$folder/with-own-dev" << END
#!/usr/bin/env bash
# A /dev of its own, so that what is written to /dev/log goes to the relay.
set -e
mount -t tmpfs tmpfs "$folder/dev"
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty "$folder/dev/"
mkdir -m 1777 "$folder/dev/shm"
ln -s "$folder/devlog" "$folder/dev/log"
mount --bind "$folder/dev" /dev
exec "\$@"
END
chmod +x "$folder/with-own-dev"
start_application() {
    start servers application python3 "$scenarios/application.py" 127.0.0.1 8000 "$slow_milliseconds"
    application=$pid
}
start_haproxy() { start servers haproxy haproxy -db -f "$folder/haproxy.cfg"; haproxy=$pid; }
start_nginx() { start servers nginx nginx -e "$folder/nginx.start.log" -c "$folder/nginx.conf"; nginx=$pid; }
start servers relay python3 "$scenarios/around.py" relay "$folder/devlog" 10.3.0.2 5140
start servers authority python3 "$scenarios/around.py" authority 127.0.0.1 5353
authority=$pid
start_application
start_nginx
until_true relay test -S "$folder/devlog"
start servers unbound unshare --mount "$folder/with-own-dev" unbound -c "$folder/unbound.conf"
unbound=$pid
# stunnel says on its own output what it does, with a time of its own; logger hands that on.
start servers stunnel bash -c 'exec stunnel4 "$0/stunnel.conf" 2> >(exec logger -t stunnel -p daemon.info -u "$0/devlog" --size 4096)' "$folder"
stunnel=$pid
answers() { in_space servers bash -c ": < /dev/tcp/$1/$2"; }
until_true application answers 127.0.0.1 8000
start_haproxy
until_true nginx answers 10.2.0.20 80
until_true haproxy answers 10.2.0.10 443
until_true stunnel answers 10.2.0.30 443
limited "$lb_cpu" haproxy "$haproxy"
limited "$tls_cpu" stunnel "$stunnel"
limited "$dns_cpu" unbound "$unbound"
for worker in $(pgrep -P "$nginx"); do limited "$web_cpu" nginx "$worker"; done

# --- exporters -----------------------------------------------------------------------------------------------------------
start_exporter() {
    local program version active inactive flush sampling port
    IFS=: read -r program version active inactive flush sampling port <<< "${known[$1]}"
    if [[ $program == softflowd* ]]; then
        local ended=$inactive
        ((active > 15)) || ended=3
        local times=()
        ((version != 10)) || times=(-A milli)
        [[ $program != *-b ]] || times+=(-b)
        start router "$1" softflowd -d -i to-edge -n "10.3.0.2:$port" -v "$version" -p "$folder/$1.pid" -c "$folder/$1.ctl" -s "$sampling" \
            -t "expint=$flush" -t "tcp.fin=$ended" -t "tcp.rst=$ended" -t "tcp=$inactive" -t "udp=$inactive" -t "icmp=$inactive" \
            -t "general=$inactive" -t "maxlife=$active" "${times[@]}"
        until_true "$1" test -S "$folder/$1.ctl"
    else
        cat > "$folder/$1.conf" << END
daemonize: false
pcap_interface: to-edge
plugins: nfprobe
aggregate: src_host, dst_host, src_port, dst_port, proto, tos, tcpflags
nfprobe_receiver: 10.3.0.2:$port
nfprobe_source_ip: 10.3.0.1
nfprobe_version: $version
nfprobe_timeouts: tcp=$inactive:tcp.rst=$flush:tcp.fin=$flush:udp=$inactive:icmp=$inactive:general=$inactive:maxlife=$active:expint=$flush
END
        ((sampling == 1)) || echo "sampling_rate: $sampling" >> "$folder/$1.conf"
        start router "$1" pmacctd -f "$folder/$1.conf"
    fi
    exporter_pids[$1]=$pid
}
declare -A exporter_pids
for exporter in "${exporters[@]}"; do
    start_exporter "$exporter"
    IFS=: read -r program version active inactive flush sampling port <<< "${known[$exporter]}"
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$exporter" "$program" "$version" "$active" "$inactive" "$flush" "$sampling" "$port" >> "$folder/exporters.tsv"
done
sleep 3

# --- what takes part in an event -------------------------------------------------------------------------------------------
attackers() { start attackers "attack-$((++attacks))" timeout -k 1 "$seconds" "$@"; }
attack() { attackers python3 "$scenarios/attack.py" "$@" --seconds "$seconds" --scale "${SCALE:-1}"; }
group() { start users "users-$1" python3 "$scenarios/users.py" --out "$folder/users-$1.tsv" --seconds "$seconds" --scale "${SCALE:-1}" "${@:2}"; }
attacks=0

# --- the recording -------------------------------------------------------------------------------------------------------
before=${BEFORE:-65} after=${AFTER:-40}
now() { date +%s.%3N; }
say "$1: $before s before, $seconds s of $kind, $after s after; exporters ${exporters[*]}"
begin=$(now)
start users users python3 "$scenarios/users.py" --out "$folder/users.tsv" --seconds "$((before + seconds + after))" --rates "$rates" "${user_options[@]}"
sleep "$before"
start=$(now)
during
sleep "$(python3 -c "import time; print(max(0, $start + $seconds - time.time()))")"
end=$(now)
afterwards
ip netns pids "$name-attackers" | xargs -r kill -9 2> /dev/null || true
sleep "$after"
stop=$(now)
for exporter in "${exporters[@]}"; do kill -0 "${exporter_pids[$exporter]}" || say "exporter $exporter has ended"; done
# The last datagrams are still in tcpdump's buffers.
sleep 1
ip netns pids "$name-collector" | xargs -r kill -INT 2> /dev/null || true
sleep 1
cat > "$folder/run.json" << END
{"name": "$1", "label": "$label", "kind": "$kind", "technique": "$technique", "service": "$service", "also": "$also",
 "sources": "$sources", "tool": "$tool", "note": "$note", "options": "$options",
 "begin": $begin, "start": $start, "end": $end, "stop": $stop}
END
rm -rf "$out"
mkdir -p "$out"
python3 "$scenarios/truth.py" "$folder" "$out/truth.json"
cp "$folder/logs.pcap" "$out/logs.pcap"
cp "$folder/flows-${exporters[0]}.pcap" "$out/flows.pcap"
for exporter in "${exporters[@]:1}"; do cp "$folder/flows-$exporter.pcap" "$out/flows-$exporter.pcap"; done
find "$out" -name '*.pcap' -size +200k -exec gzip -9 {} +
say "$1: $(du -sh "$out" | cut -f1) in $out"
