"""Hands samples of logs to `spate logs`, each with a rule of its own, and prints what was read.

usage: logs.py SPATE PARTS SAMPLES FOLDER

PARTS has samples.tsv and spate.yaml, SAMPLES the samples: NAME.pcap (syslog datagrams) or NAME.txt (lines as a program writes
them to a file). FOLDER takes configurations and results: NAME.yaml, NAME.json, NAME.said, and NAME.trouble with the lines
that were not read. Exit status 1 when there is one that is neither read nor explained, or a sample without lines.
"""
import collections
import json
import os
import subprocess
import sys

# Lines longer than 8192 octets are no syslog messages.
EXPLAINED = {"no_outcome", "told_elsewhere", "too_long"}
# Files that a syslog daemon writes have headers.
STORED = ("-traditional-file", "-rsyslog-file")


def configuration(base, form, program):
    rules = []
    for name in form.split(","):
        rule = {"format": name.removeprefix("own-"), "service": "dns" if program in ("unbound", "named") else "web"}
        if program != "-":
            rule["program"] = program
        rules.append(rule)
    return base + f"  rules: {json.dumps(rules)}\n"


def survey(spate, base, row, samples, folder):
    name, _, program, form = row
    config = f"{folder}/{name}.yaml"
    with open(config, "w") as file:
        file.write(configuration(base, form, program))
    sample = f"{samples}/{name}.pcap"
    more = []
    if not os.path.exists(sample):
        sample = f"{samples}/{name}.txt"
        if not name.endswith(STORED):
            more = ["--program", program]
    ending = subprocess.run(
        [spate, "logs", "--config", config, "--format", "json", *more, sample], capture_output=True, check=False)
    with open(f"{folder}/{name}.json", "wb") as file:
        file.write(ending.stdout)
    with open(f"{folder}/{name}.said", "wb") as file:
        file.write(ending.stderr)
    readings = [json.loads(line) for line in ending.stdout.splitlines()]
    with open(f"{samples}/{name}.txt", "rb") as file:
        lines = file.read().splitlines()
    return ending, readings, lines


def main():
    spate, parts, samples, folder = sys.argv[1:]
    base = open(f"{parts}/spate.yaml").read()
    rows = [line.rstrip("\n").split("\t") for line in open(f"{parts}/samples.tsv") if line.strip() and line[0] != "#"]
    good = True
    totals = collections.Counter()
    print(f"{'sample':28} {'format':22} {'lines':>6} {'read':>6} {'explained':>9} {'not read':>8}  why not; failures and events")
    for row in rows:
        ending, readings, lines = survey(spate, base, row, samples, folder)
        if ending.returncode != 0 or not readings:
            print(f"{row[0]:28} {row[3]:22} status {ending.returncode}: {ending.stderr.decode(errors='replace').strip()[:150]}")
            good = False
            continue
        endings = collections.Counter(reading["ignored"] for reading in readings)
        read = endings.pop(None, 0)
        explained = sum(endings.pop(reason, 0) for reason in EXPLAINED)
        trouble = len(readings) - read - explained
        told = collections.Counter(reading["failure"] or reading["event"] for reading in readings)
        told.pop(None, None)
        said = " ".join(f"{reason}={count}" for reason, count in [*endings.most_common(), *told.most_common()])
        print(f"{row[0]:28} {row[3]:22} {len(readings):6} {read:6} {explained:9} {trouble:8}  {said}")
        totals.update(lines=len(readings), read=read, explained=explained, trouble=trouble)
        with open(f"{folder}/{row[0]}.trouble", "wb") as file:
            for reading in readings:
                if reading["ignored"] and reading["ignored"] not in EXPLAINED:
                    file.write(reading["ignored"].encode() + b"\t" + lines[reading["line"] - 1] + b"\n")
        good = good and trouble == 0
    print(f"{'all':28} {'':22} {totals['lines']:6} {totals['read']:6} {totals['explained']:9} {totals['trouble']:8}")
    sys.exit(0 if good else 1)


main()
