#!/usr/bin/env bash
# What real programs log, read by `spate logs`, in about three minutes: every line must be read or explained.
#
# usage: logs.sh            as root; from the root of the project, after `make build`
#   SPATE=PATH              another program than the release build
#   KEEP=FOLDER             leave samples, configurations and what each program said there
#   ONLY=collect            write the samples and do not read them (with KEEP; spate need not be built)
#   SAMPLES=FOLDER          read samples that an earlier run has kept, and run no program
#
# In one network namespace with addresses on its loopback, nginx, haproxy, Apache, unbound, BIND, stunnel and rsyslog are asked
# for everything that their logs could have trouble with (logs/ask.py, logs/resolve.sh) in front of a server that fails in every
# way (logs/backend.py), and log in each of their usual formats and some of a site's own (logs/*.conf, *.cfg) to syslog ports,
# to /dev/log (of their own, in a mount namespace) and to files. logs/samples.tsv names the samples. Afterwards logs.py hands
# each to `spate logs` with a rule of its own and prints a table: lines, read, explained, not read.
test=logs
tools=(ip unshare nginx haproxy apache2 unbound named stunnel4 rsyslogd logger curl dig openssl python3)
packages=(iproute2 util-linux nginx-light haproxy apache2 unbound bind9 stunnel4 rsyslog bsdutils curl bind9-dnsutils openssl python3-minimal)
if [[ ${ONLY:-} == collect ]]; then SPATE=$(type -P true); fi
# shellcheck source=Tests/Live/common.sh
source "$(dirname "$0")/common.sh"

parts=$live/logs

if [[ -n ${SAMPLES:-} ]]; then
    python3 "$live/logs.py" "$spate" "$parts" "$SAMPLES" "$folder"
    exit
fi

mkdir "$folder/samples" "$folder/www" "$folder/www/file" "$folder/named" "$folder/dev"
echo hello > "$folder/www/file/index.html"

# --- addresses, certificate, configurations ----------------------------------------------------------------------------
add_space logs
{
    for i in 10 20 30 40 53 54 55; do
        echo "address add 10.2.0.$i/8 dev lo"
        echo "address add fd00:2::$i/64 dev lo nodad"
    done
    for i in {1..9}; do
        echo "address add 10.20.1.$i/8 dev lo"
        echo "address add fd00:20::$i/64 dev lo nodad"
    done
} | ip -n "$name-logs" -batch -
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=shop.test -keyout "$folder/server.key" -out "$folder/server.crt" 2> /dev/null
cat "$folder/server.crt" "$folder/server.key" > "$folder/server.pem"
printf 'user:%s\n' "$(openssl passwd -apr1 secret)" > "$folder/users"
for file in nginx.conf haproxy.cfg backends.map apache.conf named.conf rsyslog.conf stunnel.conf; do
    sed "s|@FOLDER@|$folder|g" "$parts/$file" > "$folder/$file"
done
# unbound LABEL ADDRESS USE-SYSLOG LOGFILE TAGGED
configure_unbound() {
    sed -e "s|@FOLDER@|$folder|g; s|@LABEL@|$1|; s|@ADDRESS@|$2|; s|@SYSLOG@|$3|; s|@LOGFILE@|$4|; s|@TAGGED@|$5|" \
        "$parts/unbound.conf" > "$folder/$1.conf"
}
configure_unbound unbound 10.2.0.53 yes '' no
configure_unbound unbound-own 10.2.0.55 no "$folder/samples/unbound-own-file.txt" yes
cat > "$folder/named/example.test" << 'END'
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 10.2.0.54
www A 10.2.0.20
www AAAA fd00:2::20
mail MX 10 www
END
echo 'this is no zone' > "$folder/named/broken.test"
# Servers that give up root must reach their files.
chmod -R a+rwX "$folder"

# A /dev of their own, so that what they write to /dev/log stays here.
cat > "$folder/with-own-dev" << END
#!/usr/bin/env bash
set -e
mount -t tmpfs tmpfs "$folder/dev"
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty "$folder/dev/"
mkdir -m 1777 "$folder/dev/shm"
ln -s "$folder/devlog" "$folder/dev/log"
ln -s /proc/self/fd "$folder/dev/fd"
mount --bind "$folder/dev" /dev
exec "\$@"
END
chmod +x "$folder/with-own-dev"
# start_local LABEL PROGRAM…: in the namespace, with that /dev
start_local() { start logs "$1" unshare --mount "$folder/with-own-dev" "${@:2}"; }
answers() { in_space logs bash -c ": < /dev/tcp/$1/$2"; }

# --- programs ----------------------------------------------------------------------------------------------------------
start logs receive python3 "$parts/receive.py" "$parts/samples.tsv" "$folder/samples"
receiver=$pid
until_true receive.py grep -q ready "$folder/receive.out"
start_local rsyslogd rsyslogd -n -f "$folder/rsyslog.conf" -i "$folder/rsyslogd.pid"
until_true rsyslogd test -S "$folder/devlog"
start logs backend python3 "$parts/backend.py" 8081
until_true backend.py answers 127.0.0.1 8081
start logs flapping python3 "$parts/backend.py" 8085
flapping=$pid
start_local named named -f -c "$folder/named.conf"
start_local unbound unbound -c "$folder/unbound.conf"
start_local unbound-own unbound -c "$folder/unbound-own.conf"
start logs nginx nginx -e "$folder/nginx.start.log" -c "$folder/nginx.conf"
start logs haproxy haproxy -db -f "$folder/haproxy.cfg"
start_local apache apache2 -f "$folder/apache.conf" -DFOREGROUND
start_local stunnel stunnel4 "$folder/stunnel.conf"
until_true nginx answers 10.2.0.20 80
until_true haproxy answers 10.2.0.10 8001
until_true Apache answers 10.2.0.30 80
until_true stunnel answers 10.2.0.40 443
until_true unbound in_space logs dig @10.2.0.53 +tries=1 +time=1 www.corp.test

# --- questions ---------------------------------------------------------------------------------------------------------
asked=()
ask() {
    in_space logs python3 "$parts/ask.py" "$@" >> "$folder/ask.out" 2>&1 &
    asked+=($!)
    started+=($!)
}
resolve() {
    in_space logs "$parts/resolve.sh" "$@" >> "$folder/resolve.out" 2>&1 &
    asked+=($!)
    started+=($!)
}
say "asking nginx and haproxy"
ask 10.2.0.20 80
ask fd00:2::20 80
ask 10.2.0.20 81 proxy
ask 10.2.0.20 443 tls
for port in 8001 8004 8005 8007; do ask 10.2.0.10 $port; done
ask fd00:2::10 8001
for port in 8002 8006 8009; do ask 10.2.0.10 $port tls; done
ask 10.2.0.10 8003
ask 10.2.0.10 8013
ask 10.2.0.10 8008 proxy
wait "${asked[@]}"
say "asking Apache, stunnel, unbound and BIND"
ask 10.2.0.30 80
ask fd00:2::30 80
ask 10.2.0.30 443 tls
ask 10.2.0.40 443 tls
ask 10.2.0.40 444 tls
resolve 10.2.0.53
resolve 10.2.0.55
resolve 10.2.0.54 fd00:2::54
wait "${asked[@]}"
say "HTTP/2, a crowd, servers that go and come"
for url in https://10.2.0.20/status/200 https://10.2.0.20/file/missing 'https://10.2.0.20/a"b' https://10.2.0.10:8002/status/503 https://10.2.0.10:8002/ \
    https://10.2.0.30/file/index.html https://10.2.0.30/status/404; do
    in_space logs curl -sk --http2 --interface 10.20.1.5 -o /dev/null "$url" || true
done
in_space logs python3 "$parts/ask.py" crowd 10.2.0.20 80 100 >> "$folder/ask.out" 2>&1 || true
in_space logs python3 "$parts/ask.py" crowd 10.2.0.30 80 60 /hang >> "$folder/ask.out" 2>&1 || true
stop KILL "$flapping"
sleep 1
in_space logs curl -s -o /dev/null http://10.2.0.10:8001/flap || true
start logs flapping-again python3 "$parts/backend.py" 8085
sleep 1
in_space logs curl -s -o /dev/null http://10.2.0.10:8001/flap || true

say "logger in its forms"
sample=$folder/samples/nginx-combined-file.txt
in_space logs logger -t nginx -n 127.0.0.1 -P 6061 -d --size 16384 -f "$sample"
in_space logs logger -t nginx --id=4711 -n 127.0.0.1 -P 6062 -d --rfc3164 --size 16384 -f "$sample"
in_space logs logger -t nginx -p local0.info --msgid access --sd-id shop@32473 --sd-param 'zone="a b"' -n 127.0.0.1 -P 6063 -d --rfc5424 --size 16384 -f "$sample"
in_space logs logger -t nginx -n 127.0.0.1 -P 6064 -T --size 16384 -f "$sample"
in_space logs logger -t nginx -n 127.0.0.1 -P 6065 -T --octet-count --size 16384 -f "$sample"
in_space logs logger -t nginx -u "$folder/logger-log" --size 16384 -f "$sample"
sleep 2
stop TERM "$receiver"

(cd "$folder/samples" && wc -l ./*.txt | sort -n | tail -n 1)
[[ ${ONLY:-} != collect ]] || exit 0
python3 "$live/logs.py" "$spate" "$parts" "$folder/samples" "$folder"
