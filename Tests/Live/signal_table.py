#!/usr/bin/env python3
"""What each channel shows of each labelled scenario, before the event and during it.

usage: signal_table.py --spate PATH --config FILE --scenarios FOLDER [--exporter NAME ...] [--all-exporters]

Replays every scenario with `spate replay --signals` and prints, for the service that the event concerns, each figure as
`before > during`: connections a second, lines for each connection, packets of clients a second, and for each channel the share
of failures or slow answers with how many there were. A channel in which the share during the event is at least twice the one
before and ten points more, on at least ten of them, is marked with *: the event is visible there. The last column says where
each attack is visible: by flows alone, and with logs. Exit status 1 when there is an attack that is visible nowhere with logs.
"""
import argparse
import collections
import datetime
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile

FLOW_CHANNELS = {"flow", "slow_flows", "flow_latency", "flow_status", "truncated", "handshake"}


def unpack(path, folder):
    if os.path.exists(path):
        return path
    if not os.path.exists(path + ".gz"):
        return None
    target = f"{folder}/{os.path.basename(path)}"
    with gzip.open(path + ".gz") as source, open(target, "wb") as out:
        shutil.copyfileobj(source, out)
    return target


def rows(options, folder, flows, service):
    with tempfile.TemporaryDirectory() as place:
        series = f"{place}/signals.json"
        command = [options.spate, "replay", "--config", options.config, "--signals", series]
        logs = unpack(f"{folder}/logs.pcap", place)
        if logs:
            command += ["--logs", logs]
        subprocess.run([*command, unpack(f"{folder}/{flows}", place)], check=True, capture_output=True)
        with open(series) as file:
            for line in file:
                row = json.loads(line)
                if row["service"] == service:
                    row["at"] = datetime.datetime.fromisoformat(row["time"].replace("Z", "+00:00")).timestamp()
                    yield row


class Phase:
    def __init__(self, found, first, last):
        self.found = [row for row in found if first <= row["at"] < last]
        self.seconds = max(1, last - first)

    def sum(self, key):
        return sum(row[key] for row in self.found)

    def rate(self, key):
        return self.sum(key) / self.seconds

    def lines(self):
        connections = self.sum("new_connections")
        return self.sum("requests") / connections if connections else None

    def channel(self, name):
        bad = sum(row["channels"][name][0] for row in self.found)
        return bad, sum(row["channels"][name][1] for row in self.found)


def short(value):
    return "-" if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def share(part):
    return part[0] / part[1] if part[1] else 0.0


def is_visible(before, during):
    return during[0] >= 10 and share(during) >= 2 * share(before) and share(during) >= share(before) + 0.1


def survey(options, name, truth, flows, exporter):
    event = truth["event"]
    found = list(rows(options, f"{options.scenarios}/{name}", flows, truth["service"]["name"]))
    # The first ten seconds tell of connections from before the capture.
    before = Phase(found, truth["capture"]["start"] + 10, int(event["start"]))
    during = Phase(found, int(event["start"]), event["end"])
    visible, cells = [], []
    for channel in found[0]["channels"] if found else []:
        then, now = before.channel(channel), during.channel(channel)
        if not then[1] and not now[1]:
            continue
        mark = ""
        if is_visible(then, now):
            visible.append(channel)
            mark = "*"
        cells.append(f"{channel}{mark} {share(then):.0%} > {share(now):.0%} of {now[1]}")
    said = [f"{short(before.rate(key))} > {short(during.rate(key))}" for key in ("new_connections", "packets")]
    said.insert(1, f"{short(before.lines())} > {short(during.lines())}")
    print(f"{name:22} {truth['label']:7} {exporter['name']:9} {said[0]:>15} {said[1]:>13} {said[2]:>17}  {'; '.join(cells)}")
    return visible


def main():
    parser = argparse.ArgumentParser()
    for option in ("spate", "config", "scenarios"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("--exporter", action="append")
    parser.add_argument("--all-exporters", action="store_true")
    options = parser.parse_args()
    attacks = collections.OrderedDict()
    print(f"{'scenario':22} {'label':7} {'exporter':9} {'connections/s':>15} {'lines/conn.':>13} {'packets/s':>17}  channels")
    for name in sorted(os.listdir(options.scenarios)):
        if not os.path.exists(f"{options.scenarios}/{name}/truth.json"):
            continue
        with open(f"{options.scenarios}/{name}/truth.json") as file:
            truth = json.load(file)
        if "event" not in truth or not truth.get("service"):
            continue
        for index, (flows, exporter) in enumerate(truth["exporters"].items()):
            wanted = exporter["name"] in options.exporter if options.exporter else options.all_exporters or index == 0
            if wanted:
                visible = survey(options, name, truth, flows, exporter)
                if truth["label"] == "attack":
                    attacks[name, exporter["name"]] = visible
    hidden = 0
    print("\nvisible in")
    for (name, exporter), visible in attacks.items():
        flows = [channel for channel in visible if channel in FLOW_CHANNELS]
        logs = [channel for channel in visible if channel not in FLOW_CHANNELS]
        hidden += not visible
        print(f"{name:22} {exporter:9} flows: {', '.join(flows) or 'nothing':32} logs: {', '.join(logs) or 'nothing'}")
    sys.exit(1 if hidden else 0)


main()
