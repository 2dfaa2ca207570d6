"""What is missing after a restart of the daemon, by the capture of what was sent.

usage: spate decode --format json exports.pcap | restarted.py FOLDER SIGNAL STOPPING STOPPED OPENED
FOLDER is where restart.sh has left before.json and after.json: `spate status` just before the stop, and at the end. The other
arguments are seconds since 1970: when the signal was sent, when the daemon had ended, when the new one had answered.
Exit status 1 when a record is missing that came to an open socket.
"""
import collections
import datetime
import json
import os
import sys

EXPORTERS = {"10.3.1.1": "sender", "10.3.2.1": "softflowd", "10.3.3.1": "nfprobe"}
SENDER, SAMPLING = "10.3.1.1", 100


def counted(path):
    with open(path) as file:
        lines = [json.loads(line) for line in file]
    return {line["exporter"]: line for line in lines if line["type"] == "exporter"}


def captured(lines):
    """The datagrams of each exporter in their order: time, templates, records."""
    datagrams, by_number = collections.defaultdict(list), {}
    for line in lines:
        if '"type":"datagram"' in line:
            read = json.loads(line)
            time = datetime.datetime.fromisoformat(read["time"]).timestamp()
            by_number[read["n"]] = datagram = {"time": time, "templates": read["templates"], "records": 0}
            datagrams[read["exporter"]].append(datagram)
        elif '"kind":"data"' in line:
            by_number[json.loads(line)["n"]]["records"] += 1
    return datagrams


def main():
    folder, signal = sys.argv[1:3]
    stopping, stopped, opened = map(float, sys.argv[3:6])
    before, after = (counted(os.path.join(folder, f"{name}.json")) for name in ("before", "after"))
    datagrams = captured(sys.stdin)
    wrong = []
    print(f"no daemon for {opened - stopped:.2f} s at most, {stopped - stopping:.2f} s after the signal")
    print(f"{'exporter':12}{'datagrams sent':>15}{'records':>9}   after the restart:{'datagrams':>11}{'records':>9}{'templates':>11}   {'missing, at least':>20}{'told':>6}")
    for address, label in EXPORTERS.items():
        sent = datagrams[address]
        if address not in before or address not in after:
            wrong.append(f"{label}: nothing was counted before or after the restart")
            continue
        first, second = before[address], after[address]
        late = sent[len(sent) - second["datagrams"]:]
        last_before = sent[len(sent) - second["datagrams"] - 1]["time"]
        # What had come when the daemon was asked for the last time, and what may have come until it ended.
        least, most = first["datagrams"], sum(d["time"] <= stopped for d in sent)
        missing = len(sent) - second["datagrams"] - most
        lost = second["lost"] - second["late"]
        told = len(sent) - second["datagrams"] - lost

        def must(condition, text):
            if not condition:
                wrong.append(f"{label}: {text}")

        must(last_before <= opened, "datagrams are missing that came after the socket was open")
        must(not any(d["templates"] for d in late), "templates came after the restart: it shows nothing")
        must(second["records"] == sum(d["records"] for d in late), "records of the datagrams after the restart are missing")
        must(second["records"] > 0, "no records after the restart")
        for name in ("unmatched_sets", "recovered_sets", "duplicates", "resets"):
            must(second[name] == 0, f"{name} {second[name]}")
        if signal == "TERM":
            must(least <= told <= most, f"lost is {lost}, which leaves {told} for the first daemon; it had {least} to {most}")
        if address == SENDER:
            must(second["sampling_interval"] == SAMPLING, f"sampling is {second['sampling_interval']}")
        print(
            f"{label:12}{len(sent):15}{sum(d['records'] for d in sent):9}   {'':18}{second['datagrams']:11}{second['records']:9}"
            f"{sum(d['templates'] for d in late):11}   {max(missing, 0):20}{lost:6}"
        )
    print()
    for fault in wrong:
        print(fault)
    print("records are missing, or miscounted" if wrong else "no record is missing but those that came while no socket was open")
    sys.exit(1 if wrong else 0)


main()
