#!/usr/bin/env bash
# A live demonstration in about four minutes: real servers, a real exporter, a real syslog, a real overload.
#
# usage: demo.sh            as root; from the root of the project, after `make build`
#   SPATE=PATH              another program than the release build
#   QUIET=75 LOAD=40        seconds of ordinary use before the overload, and of the overload
#   RECOVERY=135            seconds of ordinary use after it: the clear takes a quiet minute, after the last long flow was told
#   KEEP=FOLDER             leave logs, configuration and syslog file there and,
#                           where there is tcpdump, flows.pcap and logs.pcap for `spate replay`
#
# Two network namespaces joined by a veth pair. Server side: nginx in front of an application that serves eight requests at
# a time, softflowd exporting NetFlow v9 of the interface, rsyslogd with its own socket and file, and spate. Client side:
# forty ordinary users, then a load tool at forty new addresses. No packet leaves the namespaces.
test=demo
tools=(ip nginx softflowd rsyslogd ab python3 curl)
packages=(iproute2 nginx-light softflowd rsyslog apache2-utils python3-minimal curl)
# shellcheck source=Tests/Live/common.sh
source "$(dirname "$0")/common.sh"

quiet=${QUIET:-75}
load=${LOAD:-40}
recovery=${RECOVERY:-135}
server=10.2.0.20

# What spate wrote to the syslog file.
spate_lines() { grep -E ' spate(\[[0-9]+\])?: ' "$folder/syslog" 2> /dev/null || true; }

# Notes when the first line that names an incident stands in the file.
note_first_incident() {
    until spate_lines | grep -q 'Incident '; do sleep 0.1; done
    date +%s.%N > "$folder/first_incident"
}

# --- the network -------------------------------------------------------------------------------------------------------
add_space clients
add_space servers
join_spaces clients servers
ip -n "$name-servers" address add "$server/8" dev to-clients
for i in $(seq 1 40); do
    echo "address add 10.20.1.$i/8 dev to-servers"   # ordinary users
    echo "address add 10.66.0.$i/8 dev to-servers"   # where the overload will come from
done | ip -n "$name-clients" -batch -

# --- the server side ---------------------------------------------------------------------------------------------------
log_format='$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time uct="$upstream_connect_time" urt="$upstream_response_time" us="$upstream_status" dst=$server_addr:$server_port'

cat > "$folder/nginx.conf" << END
daemon off;
worker_processes 1;
pid $folder/nginx.pid;
error_log $folder/nginx.error.log;
events { worker_connections 1024; }
http {
    log_format shop '$log_format';
    access_log syslog:server=127.0.0.1:5140,facility=local6,tag=nginx shop;
    client_body_temp_path $folder/nginx-body; proxy_temp_path $folder/nginx-proxy;
    fastcgi_temp_path $folder/nginx-fastcgi; uwsgi_temp_path $folder/nginx-uwsgi; scgi_temp_path $folder/nginx-scgi;
    server {
        listen $server:80;
        location / { proxy_pass http://127.0.0.1:8081; proxy_connect_timeout 1s; proxy_read_timeout 3s; }
    }
}
END

cat > "$folder/rsyslog.conf" << END
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$folder/log" RateLimit.Interval="0")
*.* action(type="omfile" file="$folder/syslog" template="RSYSLOG_TraditionalFileFormat" asyncWriting="off" flushOnTXEnd="on")
END

cat > "$folder/spate.yaml" << END
listen:
  - udp: "[::]:2055"
services:
  - name: shop
    addresses: ["$server"]
    port: 80
    protocol: tcp
    kind: http
signals:
  syslog: [ { udp: "[::]:5140" } ]
  formats:
    shop: '$log_format'
  rules:
    - { program: nginx, format: shop, service: shop }
baseline: { warm_up: 45s }
alerts:
  - syslog: { local: $folder/log, facility: daemon }
  - stdout: {}
control:
  http: "127.0.0.1:9469"
state:
  directory: $folder/state
END

start servers rsyslogd rsyslogd -n -f "$folder/rsyslog.conf" -i "$folder/rsyslogd.pid"
until_true rsyslogd test -S "$folder/log"

"$spate" check --config "$folder/spate.yaml"
start servers spate "$spate" run --config "$folder/spate.yaml"
collector=$pid
until_true "spate's /healthz" in_space servers curl -sf http://127.0.0.1:9469/healthz

if [[ -n ${KEEP:-} ]] && command -v tcpdump > /dev/null; then
    for capture in flows:2055 logs:5140; do
        start servers "tcpdump-${capture%:*}" tcpdump -i lo -U -w "$folder/${capture%:*}.pcap" udp port "${capture#*:}"
        until_true tcpdump test -s "$folder/${capture%:*}.pcap"
    done
fi

start servers application python3 "$live/application.py" 8081
start servers nginx nginx -e "$folder/nginx.error.log" -c "$folder/nginx.conf"
until_true nginx in_space servers curl -sf "http://$server/"
start servers softflowd softflowd -d -i to-clients -n 127.0.0.1:2055 -v 9 -p "$folder/softflowd.pid" -c "$folder/softflowd.ctl" \
    -t expint=1 -t tcp.fin=1 -t tcp.rst=1 -t tcp=10 -t general=10 -t maxlife=30
until_true softflowd test -S "$folder/softflowd.ctl"

# --- the story ---------------------------------------------------------------------------------------------------------
say "forty users for $quiet s; spate learns what is normal"
in_space clients python3 "$live/users.py" "$server" 10.20.1. 40 $((quiet + load + recovery)) > "$folder/users.out" 2>&1 &
started+=($!)
sleep "$quiet"

quiet_lines=$(spate_lines | wc -l)
say "overload: forty new addresses, two hundred connections at a time, for $load s"
begin=$(date +%s.%N)
for i in $(seq 1 40); do
    in_space clients timeout $((load + 5)) ab -q -r -s 10 -c 5 -t "$load" -n 1000000 -B "10.66.0.$i" "http://$server/" > "$folder/ab.$i.out" 2>&1 &
    started+=($!)
    loads+=($!)
done
note_first_incident &
started+=($!)
wait "${loads[@]}" || true
say "the overload is over; $recovery s to recover"
sleep "$recovery"

echo
echo "== what the users saw"
cat "$folder/users.out"
echo "== what the load tool did"
cat "$folder"/ab.*.out | awk '/^Complete requests/ {n += $3} /^Non-2xx/ {f += $3} END {printf "%d requests, %d of them not answered with 200\n", n, f}'
echo "== what spate counted"
in_space servers curl -s http://127.0.0.1:9469/metrics | grep -E '^spate_.*_total' | grep -v ' 0$' || true
echo "== the syslog file"
spate_lines
[[ -e $folder/first_incident ]] && awk -v b="$begin" '{printf "first line of an incident %.1f s after the overload began\n", $1 - b}' "$folder/first_incident"
echo "lines before the overload: $quiet_lines"

stop_begin=$(date +%s.%N)
kill -TERM "$collector"
status=0
wait "$collector" || status=$?
awk -v b="$stop_begin" -v e="$(date +%s.%N)" -v s=$status 'BEGIN {printf "== spate stopped by SIGTERM after %.1f s with exit status %d\n", e - b, s}'
[[ -e $folder/first_incident ]] && ((status == 0 && quiet_lines == 0))
