"""What spate counted of each exporter, beside what nfcapd, the exporter itself and the flows say.

usage: spate decode --format json exports.pcap | compare.py FOLDER
FOLDER is where exporters.sh has left: exporters, status.json, replicated, nfcapd.drops, nfdump.N.json, LABEL.statistics.
Exit status 1 when anything differs.
"""
import collections
import json
import os
import re
import sys

OCTETS, PACKETS = ("0/1",), ("0/2",)
REVERSE_OCTETS, REVERSE_PACKETS = ("29305/1",), ("29305/2",)
SOURCE, DESTINATION = ("0/8", "0/27"), ("0/12", "0/28")
COUNTERS = ("in_packets", "in_bytes", "out_packets", "out_bytes")
ICMP = (1, 58)
# nfcapd reads v1 records of 52 octets; those of softflowd have 48. Its word and the capture are the judges.
UNKNOWN_TO_NFCAPD = ("softflowd-v1",)


class Flows:
    """The flows that one side has seen: how often each, and the sums."""

    def __init__(self):
        self.flows = collections.Counter()
        self.packets = self.octets = 0

    def add(self, source, destination, ports, protocol, counters):
        # An ICMP flow has type and code in place of ports, and each program puts them elsewhere.
        self.flows[source, destination, *((None, None) if protocol in ICMP else ports), protocol, *counters] += 1
        self.packets += counters[0] + counters[2]
        self.octets += counters[1] + counters[3]

    @property
    def records(self):
        return self.flows.total()


def decoded(lines):
    """Flows of each exporter by `spate decode`, counters as exported, and what its datagrams held."""
    exporters, by_number, shares = collections.defaultdict(Flows), {}, collections.defaultdict(collections.Counter)
    for line in lines:
        if '"type":"datagram"' in line:
            datagram = json.loads(line)
            address = by_number[datagram["n"]] = datagram["exporter"]
            shares[address].update(datagrams=1, unmatched=len(datagram["unmatched"]), templates=datagram["templates"])
            continue
        record = json.loads(line)
        if record["kind"] != "data":
            continue
        address = by_number[record["n"]]
        fields = {}
        for field in record["fields"]:
            fields.setdefault(field["id"], field)
        number = lambda ids: next((int(fields[i]["hex"] or "0", 16) for i in ids if i in fields), 0)
        text = lambda ids: next((fields[i]["value"] for i in ids if i in fields), "")
        counters = [number(ids) for ids in (PACKETS, OCTETS, REVERSE_PACKETS, REVERSE_OCTETS)]
        ports = number(("0/7",)), number(("0/11",))
        exporters[address].add(text(SOURCE), text(DESTINATION), ports, number(("0/4",)), counters)
    return exporters, shares


def collected(path, interval):
    """Flows by nfdump, counters as exported: it multiplies those of a sampled exporter, where it knows the interval."""
    flows = Flows()
    with open(path) as file:
        text = file.read().strip().strip("[]")
    for record in json.loads(f"[{text}]"):
        flows.add(
            record.get("src4_addr") or record.get("src6_addr"),
            record.get("dst4_addr") or record.get("dst6_addr"),
            (record.get("src_port", 0), record.get("dst_port", 0)),
            record["proto"],
            [record.get(name, 0) // (interval if record["sampled"] else 1) for name in COUNTERS],
        )
    return flows


def said(folder, label):
    """Records and datagrams that the exporter says it sent; nothing where it does not say."""
    path = os.path.join(folder, f"{label}.statistics")
    if not os.path.exists(path):
        return None, None
    with open(path) as file:
        return map(int, re.search(r"Flows exported: \d+ \((\d+) records\) in (\d+) packets", file.read()).groups())


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, "exporters")) as file:
        exporters = [(f"10.3.{n}.1", n, label, int(interval)) for n, label, interval in (line.split() for line in file)]
    with open(os.path.join(folder, "status.json")) as file:
        status = [json.loads(line) for line in file]
    counted = {line["exporter"]: line for line in status if line["type"] == "exporter"}
    flows, shares = decoded(sys.stdin)
    with open(os.path.join(folder, "replicated")) as file:
        replicated = dict(line.split() for line in file)

    wrong = [f"{s['address']}: the kernel or the ring dropped some" for s in status if s["type"] == "socket" and (s["kernel_drops"] or s["ring_drops"])]
    with open(os.path.join(folder, "nfcapd.drops")) as file:
        wrong += [f"nfcapd at {line.split()[0]}: the kernel dropped some" for line in file if line.split()[1] != "0"]

    print(f"{'exporter':24}{'address':11}{'datagrams':>10}{'spate':>8}{'nfdump':>8}{'exporter':>9}  {'packets':>9}{'octets':>12}  flows")
    print(f"{'':24}{'':11}{'':10}{'records':>8}{'records':>8}{'says':>9}  {'exported':>9}{'exported':>12}")
    for address, number, label, interval in exporters:
        line = counted.get(address, collections.defaultdict(int, problems={}, rejected={}))
        own, (told, told_datagrams) = flows[address], said(folder, label)
        judged = label not in UNKNOWN_TO_NFCAPD
        other = collected(os.path.join(folder, f"nfdump.{number}.json"), interval) if judged else own
        faults = []

        def same(what, left, right):
            if left != right:
                faults.append(f"{what}: {left} and {right}")

        same("datagrams captured and counted", shares[address]["datagrams"], line["datagrams"])
        same("datagrams captured and sent to nfcapd", shares[address]["datagrams"], int(replicated[address]))
        same("records of spate run and nfdump", line["records"], other.records)
        same("records of spate run and spate decode", line["records"], own.records)
        if told is not None:
            same("records of spate and by the exporter's word", line["records"], told)
            same("datagrams of spate and by the exporter's word", line["datagrams"], told_datagrams)
        same("packets of spate and nfdump", own.packets, other.packets)
        same("octets of spate and nfdump", own.octets, other.octets)
        same("sampling of spate and as set", line["sampling_interval"] or 1, interval)
        same("sets unmatched and recovered", line["unmatched_sets"], line["recovered_sets"])
        for name in ("lost", "late", "duplicates", "resets", "other_records"):
            same(name, line[name], 0)
        same("rejected", line["rejected"], {})
        if not line["records"]:
            faults.append("no records")
        alike = (own.flows & other.flows).total()
        if alike != own.records or alike != other.records:
            faults.append(f"flows: {alike} alike; of spate alone {next(iter(own.flows - other.flows), '-')}; of nfdump alone {next(iter(other.flows - own.flows), '-')}")
        wrong += [f"{label}: {fault}" for fault in faults]
        print(
            f"{label:24}{address:11}{line['datagrams']:10}{line['records']:8}{other.records if judged else '-':>8}{'-' if told is None else told:>9}  "
            f"{own.packets:9}{own.octets:12}  {'DIFFER' if faults else 'equal'}"
        )
    print()
    for fault in wrong:
        print(fault)
    print(f"{sum(flows[e[0]].records for e in exporters)} records of {len(exporters)} exporters: " + ("NOT EQUAL" if wrong else "equal"))
    sys.exit(1 if wrong else 0)


main()
