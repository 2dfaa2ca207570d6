# The scenarios: who does what to which service. Sourced by scenarios.sh, which says what the settings mean.
#
# harm TECHNIQUE SERVICE ALSO KIND: an attack; ALSO are the other services that may suffer
# harmless SERVICE ALSO KIND: nothing that anybody should be told of
# during: starts the event; afterwards: what has to be undone. `attackers` runs a tool until the event ends, `attack` attack.py,
# `group` further users; `drop` and `keep` lose packets.
harm() { label=attack technique=$1 service=$2 also=$3 kind=$4 sources=${sources:-"10.66.0.1-10.66.1.144 (400 addresses)"}; }
harmless() { label=benign service=$1 also=$2 kind=$3; }

# ask_for_nothing RATE: questions for names that do not exist.
ask_for_nothing() {
    python3 -c "import random
for _ in range(100000): print(f'nx{random.randrange(10**12):x}.app.test A')" > "$folder/questions"
    attackers dnsperf -s 10.2.0.53 -d "$folder/questions" -l "$seconds" -Q "$1" -c 200 -q 2000 -t 1
}

# ask_forged MICROSECONDS: a question from a forged source each so many microseconds.
ask_forged() {
    printf '\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x04corp\x04test\x00\x00\x01\x00\x01' > "$folder/question"
    attackers hping3 -q --udp -p 53 --rand-source -i "u$1" -d 31 -E "$folder/question" 10.2.0.53
}

scenario() {
    case $1 in
    # Slow attacks.
    slow_post) harm T1499.002 web-http "web-https lb-http lb-https tls-term" "slow request bodies"
        seconds=90 tool="slowhttptest -B, 400 connections"
        during() { attackers slowhttptest -B -c 400 -r 40 -i 10 -l "$seconds" -s 8192 -x 10 -u http://10.2.0.20/app/home; } ;;
    slow_post_lb) harm T1499.002 lb-http "lb-https" "slow request bodies through the load balancer"
        seconds=90 tool="slowhttptest -B, 60 connections"
        during() { attackers slowhttptest -B -c 60 -r 10 -i 5 -l "$seconds" -s 8192 -x 10 -u http://10.2.0.10/app/home; } ;;
    slow_read) harm T1499.002 web-http "web-https lb-http lb-https tls-term" "slow reading of answers"
        seconds=90 tool="slowhttptest -X, 350 connections, /static/film.bin"
        during() { attackers slowhttptest -X -c 350 -r 30 -w 10 -y 20 -n 5 -z 32 -l "$seconds" -u http://10.2.0.20/static/film.bin; } ;;
    slow_headers_lb) harm T1499.002 lb-http "lb-https" "slow request headers at the load balancer"
        seconds=90 lb_maxconn=256 lb_client_timeout=60s tool="slowhttptest -H, 300 connections"
        during() { attackers slowhttptest -H -c 300 -r 30 -i 10 -l "$seconds" -u http://10.2.0.10/; } ;;
    connection_exhaustion_lb) harm T1499.002 lb-http "lb-https" "idle connections held open"
        seconds=90 lb_maxconn=300 lb_client_timeout=60s tool="320 connections that say nothing"
        during() { attack idle --to 10.2.0.10:80 --connections 320 --rate 40; } ;;
    idle_connections_web) harmless web-http "" "idle connections held open, which nginx closes for new ones"
        sources="10.66.0.1-10.66.1.144 (400 addresses)" seconds=90 tool="300 connections that say nothing"
        during() { attack idle --to 10.2.0.20:80 --connections 300 --rate 30; } ;;
    slow_headers_web) harm T1499.002 web-http "web-https lb-http lb-https tls-term" "slow request headers"
        seconds=90 tool="slowhttptest -H, 280 connections, 20 a second"
        during() { attackers slowhttptest -H -c 280 -r 20 -i 15 -l "$seconds" -u http://10.2.0.20/; } ;;
    # HTTP floods.
    http_flood_low) harm T1499.002 lb-http "lb-https web-http" "http flood at 1.3 times the capacity"
        tool="130 requests a second, a connection each"
        during() { attack flood --to 10.2.0.10:80 --rate 120; } ;;
    http_flood_random) harm T1499.002 lb-http "lb-https web-http" "http flood of random paths"
        tool="300 requests a second, a connection each, /app/# and a random query"
        during() { attack flood --to 10.2.0.10:80 --rate 300 --path '/app/#?v=#'; } ;;
    http_flood_ramp) harm T1499.002 lb-http "lb-https web-http" "http flood that grows for a minute"
        seconds=90 tool="0 to 300 requests a second within 60 s"
        during() { attack flood --to 10.2.0.10:80 --rate 300 --shape ramp; } ;;
    http_flood_pulse) harm T1499.002 lb-http "lb-https web-http" "http flood, 10 s on and 10 s off"
        seconds=90 tool="400 requests a second for 10 s of 20"
        during() { attack flood --to 10.2.0.10:80 --rate 400 --shape pulse; } ;;
    http_flood_few) harm T1499.002 web-http "lb-http lb-https" "http flood from six addresses"
        sources="10.66.0.1-10.66.0.6" tool="250 requests a second, a connection each, /app/item"
        during() { attack flood --to 10.2.0.20:80 --rate 250 --sources 6 --path /app/item; } ;;
    http_flood_tls) harm T1499.002 lb-https "lb-http web-http" "http flood over TLS"
        tool="wrk, 200 connections, https, /app/home" key_bits=2048
        during() { attackers wrk -t 1 -c 200 -d "${seconds}s" https://10.2.0.10/app/home; } ;;
    http_flood_wide) harm T1499.002 lb-http "lb-https web-http" "http flood from thousands of addresses"
        sources="10.66.0.1 and the next 4000" tool="200 requests a second, a connection each"
        during() { attack flood --to 10.2.0.10:80 --rate 200 --sources 4000; } ;;
    http_flood_keepalive_web) harm T1499.002 web-http "lb-http lb-https" "http flood over few long connections"
        tool="wrk keep-alive, 120 connections, /app/cart"
        during() { attackers wrk -t 1 -c 120 -d "${seconds}s" http://10.2.0.20/app/cart; } ;;
    http_flood_static) harm T1499.002 web-http "web-https lb-http lb-https tls-term" "flood of pages that need no application"
        web_cpu=10 tool="wrk, 150 connections, /static/img.jpg"
        during() { attackers wrk -t 1 -c 150 -d "${seconds}s" http://10.2.0.20/static/img.jpg; } ;;
    http_flood_latency) harm T1499.002 lb-http "lb-https web-http" "http flood over long connections that makes all answers slow, and none fail"
        tool="wrk keep-alive, 130 connections, /app/home"
        during() { attackers wrk -t 1 -c 130 -d "${seconds}s" http://10.2.0.10/app/home; } ;;
    http_flood_in_crowd) harm T1499.002 lb-http "lb-https web-http" "http flood while new users come"
        sources="10.66.0.1-10.66.1.144 (400 addresses); users 10.20.9.1 and the next 500" tool="250 requests a second; 15 new visits a second"
        during() {
            group crowd --prefix 10.20.9 --count 500 --rates lb-http=15 --app 0.3
            sleep 20
            attack flood --to 10.2.0.10:80 --rate 250
        } ;;
    expensive_requests) harm T1499.003 lb-http "lb-https web-http" "few requests that hold a worker each"
        sources="10.66.0.1-10.66.0.30" tool="6 requests a second of 2 s each"
        during() { attack flood --to 10.2.0.10:80 --rate 6 --sources 30 --path '/app/report?id=#'; } ;;
    # TLS.
    tls_handshake_flood_term) harm T1499.002 tls-term "" "TLS handshakes, then close"
        tls_cpu=15 tool="90 handshakes a second"
        during() { attack handshakes --to 10.2.0.30:443 --rate 90; } ;;
    tls_handshake_flood_web) harm T1499.002 web-https "web-http lb-http lb-https tls-term" "TLS handshakes, then close"
        web_cpu=20 rates+=,web-https=2.5 tool="120 handshakes a second"
        during() { attack handshakes --to 10.2.0.20:443 --rate 120; } ;;
    tls_handshake_flood_low) harm T1499.002 lb-https "lb-http" "TLS handshakes at one and a half times the capacity, then close"
        lb_cpu=20 tool="60 handshakes a second"
        during() { attack handshakes --to 10.2.0.10:443 --rate 60; } ;;
    # Resolver.
    dns_flood_existing) harm T1499.002 dns "" "flood of questions that the resolver has answers to"
        dns_cpu=4 dns_buffer=64k tool="dnsperf 3000 q/s from 200 sockets"
        during() {
            printf '%s A\n' www.corp.test mail.corp.test > "$folder/questions"
            attackers dnsperf -s 10.2.0.53 -d "$folder/questions" -l "$seconds" -Q 3000 -c 200 -q 400 -t 1
        } ;;
    dns_flood_few) harm T1499.002 dns "" "flood of questions from 20 sockets"
        dns_cpu=4 dns_buffer=64k tool="dnsperf 4000 q/s from 20 sockets"
        during() {
            printf '%s A\n' www.corp.test mail.corp.test host-1.app.test host-2.app.test > "$folder/questions"
            attackers dnsperf -s 10.2.0.53 -d "$folder/questions" -l "$seconds" -Q 4000 -c 20 -q 400 -t 1
        } ;;
    dns_random_subdomain_nx) harm T1499.002 dns "" "flood of questions for names that do not exist, through the resolver"
        dns_slots=10 tool="dnsperf 1200 q/s from 200 sockets, nx…app.test"
        during() { ask_for_nothing 1200; } ;;
    dns_nx_absorbed) harmless dns "" "many questions for names that do not exist, and the resolver keeps up"
        sources="10.66.0.1-10.66.1.144 (400 addresses)" dns_slots=64 tool="dnsperf 900 q/s from 200 sockets, nx…app.test"
        during() { ask_for_nothing 900; } ;;
    dns_random_subdomain_low) harm T1499.002 dns "" "flood of questions for random names, through the resolver"
        dns_slots=6 tool="dnsperf 700 q/s from 50 sockets, random names"
        during() {
            python3 -c "import random
for _ in range(50000): print(f'{random.randrange(10**12):x}.app.test A')" > "$folder/questions"
            attackers dnsperf -s 10.2.0.53 -d "$folder/questions" -l "$seconds" -Q 700 -c 50 -q 2000 -t 1
        } ;;
    dns_flood_forged) harm T1499.002 dns "" "flood of questions from forged sources"
        sources="random (forged)" dns_cpu=2 dns_buffer=64k tool="hping3 --udp --rand-source, 2500/s, one question"
        during() { ask_forged 400; } ;;
    dns_forged_absorbed) harmless dns "" "many questions from forged sources, and the resolver keeps up"
        sources="random (forged)" dns_cpu=10 tool="hping3 --udp --rand-source, 1200/s, one question"
        during() { ask_forged 833; } ;;
    # Half-open connections.
    syn_flood_lb) harm "T1499.001" lb-http "" "SYN flood from forged sources, no SYN cookies"
        sources="random (forged)" syncookies=0 synbacklog=128 somaxconn=128 tool="hping3 -S --rand-source, 300/s"
        during() { attackers hping3 -q -S -p 80 --rand-source -i u3333 10.2.0.10; } ;;
    syn_flood_fast) harm "T1499.001" web-http "" "fast SYN flood from forged sources, no SYN cookies"
        sources="random (forged)" syncookies=0 synbacklog=256 somaxconn=256 tool="hping3 -S --rand-source, 1500/s"
        during() { attackers hping3 -q -S -p 80 --rand-source -i u666 10.2.0.20; } ;;
    syn_flood_cookies) harmless lb-http "" "SYN flood from forged sources, SYN cookies on"
        sources="random (forged)" syncookies=1 synbacklog=128 somaxconn=128 tool="hping3 -S --rand-source, 500/s"
        during() { attackers hping3 -q -S -p 80 --rand-source -i u2000 10.2.0.10; } ;;
    # Many users.
    flash_crowd_small) harmless lb-http "lb-https" "many new users, server keeps up"
        sources="10.20.10.1 and the next 600"
        during() { group crowd --prefix 10.20.10 --count 600 --rates lb-http=12,lb-https=6 --app 0.25; } ;;
    flash_crowd_web) harmless web-http "" "many new users on the web server, server keeps up"
        sources="10.20.12.1 and the next 900"
        during() { group crowd --prefix 10.20.12 --count 900 --rates web-http=30 --app 0.3; } ;;
    flash_crowd_dynamic) harmless lb-http "lb-https" "many new users of the application, server keeps up"
        sources="10.20.14.1 and the next 800"
        during() { group crowd --prefix 10.20.14 --count 800 --rates lb-http=20,lb-https=2 --app 0.7; } ;;
    flash_crowd_overload) harmless lb-http "lb-https web-http" "many new users, more than the application can serve"
        sources="10.20.8.1 and the next 1500"
        during() { group crowd --prefix 10.20.8 --count 1500 --rates lb-http=90,lb-https=8 --app 0.6; } ;;
    flash_crowd_overload_web) harmless web-http "lb-http lb-https" "many new users on the web server, more than the application can serve"
        sources="10.20.8.1 and the next 1500"
        during() { group crowd --prefix 10.20.8 --count 1500 --rates web-http=70 --app 0.6; } ;;
    flash_crowd_spikes) harmless lb-http "lb-https" "many new users, a burst each 25 s, server keeps up"
        sources="10.20.9.1 and the next 700"
        during() {
            for burst in 1 2 3; do
                start users "users-crowd$burst" python3 "$scenarios/users.py" --out "$folder/users-crowd$burst.tsv" --seconds 10 \
                    --prefix 10.20.9 --count 700 --rates lb-http=35,lb-https=5 --app 0.25
                sleep 20
            done
        } ;;
    flash_crowd_loss) harmless lb-http "lb-https web-http tls-term dns" "many new users while 5 % of packets are lost"
        sources="10.20.10.1 and the next 800"
        during() {
            drop edge forward 5 ""
            group crowd --prefix 10.20.10 --count 800 --rates lb-http=25,lb-https=5 --app 0.25
        }
        afterwards() { keep edge forward; } ;;
    flash_crowd_slow_deploy) harmless lb-http "lb-https web-http" "many new users while the application is two and a half times as slow, server keeps up"
        sources="10.20.11.1 and the next 500" slow_milliseconds=200
        during() {
            kill -USR1 "$application"
            group crowd --prefix 10.20.11 --count 500 --rates lb-http=12 --app 0.25
        }
        afterwards() { kill -USR2 "$application"; } ;;
    flash_crowd_rude) harmless lb-http "lb-https" "many new users who reload, server keeps up"
        sources="10.20.13.1 and the next 700"
        during() { group crowd --prefix 10.20.13 --count 700 --rates lb-http=18,lb-https=3 --app 0.5 --retries 2 --patience 1; } ;;
    flash_crowd_tls) harmless tls-term "lb-https" "many new users by TLS, server keeps up"
        sources="10.20.14.1 and the next 500"
        during() { group crowd --prefix 10.20.14 --count 500 --rates tls-term=7,lb-https=7 --app 0.3; } ;;
    dns_crowd) harmless dns "" "many new users of the resolver"
        sources="10.20.12.1 and the next 900"
        during() { group crowd --prefix 10.20.12 --count 900 --rates dns=90; } ;;
    busy_hour) harmless lb-http "lb-https web-http dns" "the same users, three times as busy"
        during() { group busy --rates lb-http=8,lb-https=6,web-http=6,dns=28; } ;;
    load_test_overload) harmless lb-http "lb-https web-http" "a declared load test, more than the application can serve"
        sources="10.30.0.5 (declared)" note="the source is declared" tool="180 requests a second from one address"
        during() { start users loadtest timeout "$seconds" python3 "$scenarios/attack.py" flood --to 10.2.0.10:80 --rate 180 --first 10.30.0.5 --sources 1 --seconds "$seconds"; } ;;
    port_scan_lb) harmless lb-http "" "port scan of the load balancer"
        sources="10.66.0.9" tool="hping3 --scan 1-6000 -S"
        during() { attackers hping3 --scan 1-6000 -S 10.2.0.10 -a 10.66.0.9; } ;;
    nat_office) harmless lb-http "lb-https web-http" "an office behind one address comes to work"
        sources="10.20.16.9"
        during() { group office --prefix 10.20.16.9 --count 1 --rates lb-http=9,lb-https=5,web-http=6,dns=10; } ;;
    bulk_download) harmless web-http "" "large downloads from one address"
        sources="10.20.16.40"
        during() { group backup --prefix 10.20.16.40 --count 1 --rates web-http=0.6 --paths /static/film.bin --patience 60 --pace 0.02; } ;;
    crawler_new) harmless lb-http "web-http" "a crawler from a new address"
        sources="10.20.15.7"
        during() { group crawler --prefix 10.20.15.7 --count 1 --rates lb-http=14,web-http=4 --app 0.2; } ;;
    slow_mobile) harmless web-http "lb-http" "new users on poor lines: 2 % loss, slow reading, small window"
        sources="10.20.11.1 and the next 120"
        during() {
            drop edge forward 2 "ip saddr 10.20.11.0/24"
            group mobile --prefix 10.20.11 --count 120 --rates web-http=4,lb-http=4 --pace 0.3 --window 4096 --patience 60
        }
        afterwards() { keep edge forward; } ;;
    missing_pages) harmless lb-http "web-http" "a monitor asks for pages that do not exist"
        sources="10.20.13.1-10.20.13.4"
        during() { group monitor --prefix 10.20.13 --count 4 --rates lb-http=4,web-http=4 --paths /old/status,/old/ping; } ;;
    # Losses and outages.
    loss_5) harmless lb-http "lb-https web-http tls-term dns" "5 % of packets between users and services are lost"
        during() { drop edge forward 5 ""; }
        afterwards() { keep edge forward; } ;;
    loss_20) harmless lb-http "lb-https web-http tls-term dns" "20 % of packets between users and services are lost"
        during() { drop edge forward 20 ""; }
        afterwards() { keep edge forward; } ;;
    loss_20_retries) harmless lb-http "lb-https web-http tls-term dns" "20 % of packets are lost, users try again"
        user_options=(--retries 2)
        during() { drop edge forward 20 ""; }
        afterwards() { keep edge forward; } ;;
    loss_dns) harmless dns "" "a third of the packets to and from the resolver are lost"
        during() { drop edge forward 33 "ip protocol udp"; }
        afterwards() { keep edge forward; } ;;
    link_flap) harmless lb-http "lb-https web-http tls-term dns" "no packet comes through for 12 s, users try again"
        user_options=(--retries 2)
        during() {
            sleep 15
            drop edge forward 100 ""
            sleep 12
            keep edge forward
        } ;;
    dns_authority_outage) harmless dns "" "the server that the resolver asks is down"
        during() { kill -STOP "$authority"; }
        afterwards() { kill -CONT "$authority"; } ;;
    backend_restart) harmless lb-http "lb-https web-http" "the application restarts, twice"
        during() {
            sleep 10
            for _ in 1 2; do
                kill -9 "$application"
                sleep 4
                start_application
                sleep 20
            done
        } ;;
    backend_outage_short) harmless lb-http "lb-https web-http" "the application is down for 20 s"
        during() {
            sleep 5
            kill -9 "$application"
            sleep 20
            start_application
        } ;;
    outage_retries) harmless lb-http "lb-https web-http" "the application is down, users try three times more"
        user_options=(--retries 3)
        during() { kill -9 "$application"; }
        afterwards() { start_application; } ;;
    outage_hang) harmless lb-http "lb-https web-http" "the application hangs, users try again"
        user_options=(--retries 2)
        during() { kill -STOP "$application"; }
        afterwards() { kill -CONT "$application"; } ;;
    slow_deploy) harmless lb-http "lb-https web-http" "the application becomes five times as slow"
        during() { kill -USR1 "$application"; }
        afterwards() { kill -USR2 "$application"; } ;;
    slow_deploy_overload) harmless lb-http "lb-https web-http" "the application becomes ten times as slow and cannot keep up"
        slow_milliseconds=800
        during() { kill -USR1 "$application"; }
        afterwards() { kill -USR2 "$application"; } ;;
    lb_restart) harmless lb-http "lb-https" "the load balancer restarts"
        during() {
            sleep 20
            kill -9 "$haproxy"
            sleep 4
            start_haproxy
        } ;;
    web_restart) harmless web-http "web-https lb-http lb-https tls-term" "the web server restarts"
        during() {
            sleep 15
            kill "$nginx"
            sleep 3
            start_nginx
        } ;;
    # What tells of the services fails.
    log_silence) harmless lb-http "" "no log arrives"
        during() { drop router forward 100 "udp dport 5140"; }
        afterwards() { keep router forward; } ;;
    log_silence_crowd) harmless lb-http "" "no log arrives while new users come"
        sources="10.20.9.1 and the next 500"
        during() {
            drop router forward 100 "udp dport 5140"
            group crowd --prefix 10.20.9 --count 500 --rates lb-http=15 --app 0.3
        }
        afterwards() { keep router forward; } ;;
    exporter_restart) harmless lb-http "" "exporters restart, flows in between are lost"
        during() {
            sleep 10
            for exporter in "${exporters[@]}"; do kill -9 "${exporter_pids[$exporter]}"; done
            sleep 12
            for exporter in "${exporters[@]}"; do
                rm -f "$folder/$exporter.pid" "$folder/$exporter.ctl"
                start_exporter "$exporter"
            done
        } ;;
    exporter_loss) harmless lb-http "" "40 % of the datagrams of exporters are lost"
        during() { drop router output 40 "udp dport { 2055-2059, 4739-4743 }"; }
        afterwards() { keep router output; } ;;
    *) echo "scenarios.sh: no scenario is called $1" >&2; exit 2 ;;
    esac
}
