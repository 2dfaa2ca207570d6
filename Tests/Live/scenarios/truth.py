"""Writes truth.json of a recorded scenario.

usage: truth.py FOLDER OUT: FOLDER/run.json says what was done and when; FOLDER/users.tsv and FOLDER/users-GROUP.tsv what the users
saw; FOLDER/exporters.tsv which exporters watched.
"""
import collections
import glob
import json
import os
import sys

SERVICES = {
    "lb-http": "10.2.0.10:80/tcp", "lb-https": "10.2.0.10:443/tcp", "web-http": "10.2.0.20:80/tcp", "web-https": "10.2.0.20:443/tcp",
    "tls-term": "10.2.0.30:443/tcp", "dns": "10.2.0.53:53/udp",
}
GOOD = ("200", "203", "404")
SLOW_MILLISECONDS = 250  # ordinary p95 is about 90 ms; above this the machine was too busy to record


def percentile(values, share):
    values = sorted(values)
    return round(values[min(len(values) - 1, int(share * len(values)))], 1) if values else None


def summary(lines):
    groups = collections.defaultdict(list)
    for _, service, kind, outcome, milliseconds in lines:
        for key in {service, f"{service}:{kind}" if kind else service}:
            groups[key].append((outcome, float(milliseconds)))
    made = {}
    for key in sorted(groups):
        good = [ms for outcome, ms in groups[key] if outcome in GOOD]
        made[key] = {
            "requests": len(groups[key]), "success": round(len(good) / len(groups[key]), 3), "ok_p50_ms": percentile(good, 0.5),
            "ok_p95_ms": percentile(good, 0.95), "all_p95_ms": percentile([ms for _, ms in groups[key]], 0.95),
            "outcomes": dict(sorted(collections.Counter(outcome for outcome, _ in groups[key]).items())),
        }
    return made


def read(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file]


def main():
    folder, out = sys.argv[1:]
    with open(f"{folder}/run.json", encoding="utf-8") as file:
        run = json.load(file)
    begin, start, end, stop = (run[key] for key in ("begin", "start", "end", "stop"))
    lines = read(f"{folder}/users.tsv")
    between = lambda first, last: summary([line for line in lines if first <= float(line[0]) < last])
    exporters = {}
    for name, program, version, active, inactive, flush, sampling, port in read(f"{folder}/exporters.tsv"):
        file = "flows.pcap" if not exporters else f"flows-{name}.pcap"
        exporters[file] = {
            "program": program, "version": int(version), "active": int(active), "inactive": int(inactive), "flush": int(flush),
            "sampling": int(sampling), "port": int(port), "interface": "router, client side, both directions", "name": name,
        }
    address, port = SERVICES[run["service"]].rsplit("/", 1)[0].rsplit(":", 1)
    truth = {
        "scenario": run["name"], "label": run["label"], "kind": run["kind"], "technique": run["technique"] or None,
        "service": {"name": run["service"], "ip": address, "port": int(port), "proto": SERVICES[run["service"]].rsplit("/", 1)[1]},
        "also_hit": run["also"].split(), "event": {"start": start, "end": end},
        "capture": {"start": begin, "baseline_s": round(start - begin), "event_s": round(end - start), "recovery_s": round(stop - end), "end": stop},
        "sources": [run["sources"]] if run["sources"] else [], "users": "10.20.1.1 and the next 199", "tool": run["tool"] or None,
        "note": run["note"] or None, "services": SERVICES, "exporters": exporters,
        "client": {"before": between(begin, start), "during": between(start, end), "after": between(end, stop)},
        "event_groups": {
            os.path.basename(path)[6:-4]: summary(read(path)) for path in sorted(glob.glob(f"{folder}/users-*.tsv"))
        },
        "options": dict(pair.split("=", 1) for pair in run["options"].split()),
    }
    for service, seen in truth["client"]["before"].items():
        if seen["success"] < 0.98 or (seen["ok_p95_ms"] or 0) > SLOW_MILLISECONDS:
            print(f"{service} was not well before the event ({seen['success']}, {seen['ok_p95_ms']} ms): record again", file=sys.stderr)
    with open(out, "w", encoding="utf-8") as file:
        json.dump(truth, file, indent=1)


main()
