# What the live tests share: a folder, network namespaces, programs in them, and nothing of it left behind. Sourced, not run.
#
# Set by the caller before: `test` (its name), `packages` (what apt-get install should be given), `tools` (programs it needs).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
live=$PWD/Tests/Live
spate=${SPATE:-$PWD/.build/release/spate}
name=spate$$
namespaces=()
started=()

((EUID == 0)) || { echo "$test: network namespaces need root" >&2; exit 2; }
for tool in "${tools[@]}"; do
    command -v "$tool" > /dev/null || { echo "$test: $tool is missing: apt-get install ${packages[*]}" >&2; exit 2; }
done
[[ -x $spate ]] || { echo "$test: no program at $spate; make build first" >&2; exit 2; }

folder=$(mktemp -d "/tmp/$name.XXXX")
chmod 755 "$folder"

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
in_space() { ip netns exec "$name-$1" "${@:2}"; }

# Makes a network namespace with its loopback.
add_space() {
    ip netns add "$name-$1"
    namespaces+=("$name-$1")
    ip -n "$name-$1" link set lo up
}

# Joins two namespaces by a link; each end has the name of the other side. Addresses are in use at once (nodad).
join_spaces() {
    ip -n "$name-$1" link add "to-$2" type veth peer name "to-$1" netns "$name-$2"
    ip -n "$name-$1" link set "to-$2" up
    ip -n "$name-$2" link set "to-$1" up
}

# Starts a program in a namespace in the background; what it says goes to a file of its label. `pid` is the program's own,
# since `ip netns exec` becomes it.
start() {
    local space=$1 label=$2
    shift 2
    ip netns exec "$name-$space" "$@" > "$folder/$label.out" 2> "$folder/$label.err" < /dev/null &
    started+=($!)
    pid=$!
}

clean() {
    local status=$? namespace
    trap - EXIT INT TERM
    ((${#started[@]} == 0)) || kill "${started[@]}" 2> /dev/null || true
    for namespace in "${namespaces[@]}"; do
        # Only what runs inside our own namespaces.
        ip netns pids "$namespace" 2> /dev/null | xargs -r kill 2> /dev/null || true
        sleep 0.3
        ip netns pids "$namespace" 2> /dev/null | xargs -r kill -9 2> /dev/null || true
        ip netns delete "$namespace" 2> /dev/null || true
    done
    if declare -F clean_more > /dev/null; then clean_more; fi
    if [[ -n ${KEEP:-} ]]; then
        mkdir -p "$KEEP" && cp -r "$folder/." "$KEEP/"
    fi
    rm -rf "$folder"
    exit "$status"
}
trap clean EXIT
trap 'exit 130' INT TERM

# Waits for a condition, at most ten seconds.
until_true() {
    local what=$1 tries=100
    shift
    until "$@" > /dev/null 2>&1; do
        ((tries--)) || { echo "$test: $what did not come up" >&2; tail -n 5 "$folder"/*.err >&2; exit 1; }
        sleep 0.1
    done
}

# A configuration of spate that collects on every address and keeps its state in the folder.
configure_collector() {
    cat > "$folder/spate.yaml" << END
listen:
  - udp: "[::]:2055"
alerts:
  - stdout: {}
control:
  socket: $folder/control.sock
state:
  directory: $folder/state
END
    mkdir "$folder/state"
}

# Ends a program by a signal and waits for it.
stop() {
    kill "-$1" "$2" 2> /dev/null || true
    wait "$2" 2> /dev/null || true
}

# Waits until a file has not grown for two seconds.
until_still() {
    local size=-1
    while [[ $(stat -c %s "$1") != "$size" ]]; do
        size=$(stat -c %s "$1")
        sleep 2
    done
}
