#!/usr/bin/env bash
# The daemon under load for half an hour, while services and sources come and go: memory must not grow, nothing may be lost,
# and every datagram and record must be accounted for.
#
# usage: soak.sh            as root; from the root of the project, after `make build`
#   FLOWGEN=PATH            the sender: `flowgen --dest 127.0.0.1:PORT --proto v5|v9|ipfix --rate N --seconds N --services N
#                           --sources N --seed N --odid N --reply SHARE --syn-only SHARE`, prints what it sent as JSON
#   SPATE=PATH              another program than the release build
#   MINUTES=30 TURN=30      how long in all, and seconds until the traffic becomes another
#   RATE=20000              datagrams a second
#   BUFFER=32MiB            receive buffer; with a small one, DROPS=allowed
#   DROPS=never             `allowed`: datagrams may be dropped, and must be counted to the last one; then only v5 is sent, of
#                           which every datagram has as many records
#   LIMIT=4096              services that are followed at most
#   SLACK=16                MiB that memory may grow by after a third of the time
#   KEEP=FOLDER             leave the series and what the daemon said there
#
# One network namespace with loopback. The sender runs on the first core, the daemon on the second.
test=soak
tools=(ip python3 taskset)
packages=(iproute2 python3-minimal util-linux)
flowgen=${FLOWGEN:-flowgen} minutes=${MINUTES:-30} turn=${TURN:-30} rate=${RATE:-20000} buffer=${BUFFER:-32MiB}
drops=${DROPS:-never} limit=${LIMIT:-4096} slack=${SLACK:-16}
tools+=("$flowgen")
# shellcheck source=Tests/Live/common.sh
source "$(dirname "$0")/common.sh"

add_space soak
configure_collector
cat > "$folder/spate.yaml" << END
listen:
  - udp: "127.0.0.1:2055"
    receive_buffer: $buffer
services:
  - name: front
    addresses: [10.10.0.0/24]
    port: 443
discover:
  limit: $limit
alerts:
  - file: { path: $folder/alerts }
control:
  socket: $folder/control.sock
  http: "127.0.0.1:9469"
state:
  directory: $folder/state
END
start soak spate taskset -c 1 "$spate" run --config "$folder/spate.yaml"
until_true spate "$spate" status --socket "$folder/control.sock"
in_space soak python3 "$live/soak.py" --daemon "$pid" --flowgen "$flowgen" --seconds "$((minutes * 60))" \
    --turn "$turn" --rate "$rate" --drops "$drops" --slack "$slack" --series "$folder/series.tsv"
