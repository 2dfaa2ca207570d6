"""Sends changing traffic to the daemon, follows its memory, and adds up what became of every datagram and record.

usage: soak.py --daemon PID --flowgen PATH --seconds N --turn N --rate N --drops never|allowed --slack MIB --series FILE
Exit status 1 when memory grew, something was lost, or something is not accounted for.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
import urllib.request

PER_DATAGRAM = {"v5": 30, "v9": 27, "ipfix": 24}
SAMPLE_SECONDS = 10
SUMS = {
    "datagrams": "spate_intake_datagrams_total",
    "kernel_drops": "spate_intake_dropped_datagrams_total",
    "decoded_datagrams": "spate_decoding_datagrams_total",
    "rejected": "spate_decoding_rejected_datagrams_total",
    "decoded": "spate_decoding_records_total",
    "ring": "spate_ring_records_total",
    "ring_drops": "spate_ring_dropped_records_total",
    "waiting": "spate_ring_waiting_records",
    "booked": "spate_windows_records_total",
    "ignored": "spate_windows_ignored_records_total",
    "services": "spate_windows_services",
}


def metrics():
    """The sums of the metrics over their labels."""
    with urllib.request.urlopen("http://127.0.0.1:9469/metrics", timeout=10) as answer:
        text = answer.read().decode()
    sums = {}
    for name, value in re.findall(r"(?m)^([a-z_0-9]+)(?:\{.*\})? (\S+)$", text):
        sums[name] = sums.get(name, 0) + float(value)
    return {key: int(sums.get(name, 0)) for key, name in SUMS.items()}


def resident(pid):
    """MiB."""
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def processor(pid):
    """Seconds of CPU."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def socket_waits():
    """Octets that wait in the receive buffer."""
    with open("/proc/net/udp") as file:
        lines = [line.split() for line in file]
    return sum(int(fields[4].split(":")[1], 16) for fields in lines if fields[1].endswith(":0807"))


class Soak:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(1)
        self.sent = {"datagrams": 0, "records": 0}
        self.samples = []
        self.faults = []
        self.start = time.monotonic()
        self.series = open(options.series, "w")
        self.busy = processor(options.daemon)

    @property
    def elapsed(self):
        return time.monotonic() - self.start

    def traffic(self, number):
        """What the sender is told in a turn. The first turns have the most, so that all tables fill up early."""
        options = self.options
        most = number < 3
        protocols = ["v5"] if options.drops == "allowed" else list(PER_DATAGRAM)
        return {
            "proto": protocols[number % len(protocols)],
            "services": 5000 if most else self.random.choice([20, 200, 1000, 5000]),
            "sources": 1_000_000 if most else self.random.choice([1000, 100_000, 1_000_000]),
            "seed": number + 1,
            "odid": number % 64 + 1,
            "reply": self.random.choice([0, 0.5]),
            "syn-only": self.random.choice([0.05, 0.05, 0.6]),
            "rate": options.rate,
            "seconds": min(options.turn, max(1, int(options.seconds - self.elapsed))),
        }

    def turn(self, number):
        traffic = self.traffic(number)
        arguments = [word for key, value in traffic.items() for word in (f"--{key}", str(value))]
        sender = subprocess.Popen(
            [self.options.flowgen, "--dest", "127.0.0.1:2055", "--cpu", "0", *arguments], stdout=subprocess.PIPE)
        while sender.poll() is None:
            time.sleep(0.2)
            if self.elapsed >= SAMPLE_SECONDS * (len(self.samples) + 1):
                self.sample(traffic)
        said = json.loads(sender.stdout.read())
        for key in self.sent:
            self.sent[key] += said[key]
        self.settle()
        self.check(f"turn {number + 1}")

    def sample(self, traffic):
        now = metrics()
        memory, busy = resident(self.options.daemon), processor(self.options.daemon)
        self.samples.append((self.elapsed, memory))
        row = (f"{self.elapsed:.0f}", f"{memory:.1f}", f"{(busy - self.busy) / SAMPLE_SECONDS * 100:.0f}",
               now["services"], now["datagrams"], now["kernel_drops"], now["ring_drops"], now["booked"], now["ignored"],
               f"{traffic['proto']} {traffic['services']}/{traffic['sources']}")
        self.busy = busy
        print("{:>7} {:>8} {:>6} {:>9} {:>12} {:>12} {:>10} {:>13} {:>13}  {}".format(*row), flush=True)
        print(*row, sep="\t", file=self.series, flush=True)

    def settle(self):
        """Waits until nothing is on its way; the kernel's drops are read, and what was booked is published, once a second."""
        for _ in range(100):
            now = metrics()
            on_its_way = now["waiting"] + socket_waits() + abs(now["ring"] - now["booked"] - now["ignored"])
            if on_its_way == 0 and now["datagrams"] + now["kernel_drops"] >= self.sent["datagrams"]:
                break
            time.sleep(0.1)

    def check(self, place):
        now, sent = metrics(), self.sent
        dropped = now["kernel_drops"]
        sums = {
            "datagrams received and dropped": (now["datagrams"] + dropped, sent["datagrams"]),
            "datagrams decoded": (now["decoded_datagrams"], now["datagrams"]),
            "datagrams rejected": (now["rejected"], 0),
            "records handed on": (now["ring"] + now["ring_drops"], now["decoded"]),
            "records booked and ignored": (now["booked"] + now["ignored"] + now["waiting"], now["ring"]),
        }
        missing = dropped * PER_DATAGRAM["v5"] if self.options.drops == "allowed" else 0
        sums["records decoded"] = (now["decoded"] + missing, sent["records"])
        for name, (is_so, should_be) in sums.items():
            if is_so != should_be:
                self.faults.append(f"{place}: {name}: {is_so} of {should_be}")
        if self.options.drops == "never" and dropped + now["ring_drops"] > 0:
            self.faults.append(f"{place}: {dropped} datagrams and {now['ring_drops']} records were dropped")

    def judge(self):
        now = metrics()
        print(f"sent {self.sent['datagrams']} datagrams, {self.sent['records']} records; received {now['datagrams']}, "
              f"kernel dropped {now['kernel_drops']}; decoded {now['decoded']}, ring dropped {now['ring_drops']}; "
              f"booked {now['booked']}, of no service, seen elsewhere or too late {now['ignored']}")
        warm = [memory for at, memory in self.samples if at <= self.options.seconds / 3]
        late = [memory for at, memory in self.samples if at > self.options.seconds / 3]
        if not warm or not late:
            self.faults.append("too short to judge memory")
        else:
            growth = max(late) - max(warm)
            print(f"memory: {max(warm):.1f} MiB at most in the first third, {max(late):.1f} MiB after it "
                  f"({growth:+.1f}, {self.options.slack} allowed)")
            if growth > self.options.slack:
                self.faults.append(f"memory grew by {growth:.1f} MiB")
        for fault in dict.fromkeys(self.faults):
            print(f"FAULT: {fault}")
        print("every datagram and record is accounted for" if not self.faults else "failed")
        return not self.faults


def main():
    parser = argparse.ArgumentParser()
    for name, kind in [("daemon", int), ("flowgen", str), ("seconds", int), ("turn", int), ("rate", int),
                       ("drops", str), ("slack", float), ("series", str)]:
        parser.add_argument(f"--{name}", type=kind, required=True)
    soak = Soak(parser.parse_args())
    print("{:>7} {:>8} {:>6} {:>9} {:>12} {:>12} {:>10} {:>13} {:>13}  {}".format(
        "seconds", "MiB", "CPU %", "services", "datagrams", "kernel drops", "ring drops", "booked", "ignored",
        "traffic"), flush=True)
    number = 0
    while soak.elapsed < soak.options.seconds:
        soak.turn(number)
        number += 1
    sys.exit(0 if soak.judge() else 1)


main()
