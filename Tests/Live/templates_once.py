"""A NetFlow v9 exporter that tells its templates and its sampling interval at the start, and again every ten minutes.

usage: templates_once.py SOURCE COLLECTOR PORT SECONDS DATAGRAMS-PER-SECOND
Each record has a source address of its own, 16 records a datagram. Prints how many datagrams and records it has sent.
"""
import socket
import struct
import sys
import time

RECORDS = 16
SAMPLING = 100
TEMPLATE_SECONDS = 600
TEMPLATE, OPTIONS = 256, 257
FIELDS = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (2, 4), (1, 4), (22, 4), (21, 4))
RECORD = struct.Struct("!IIHHBBIIII")


def flow_set(number, content):
    content += bytes(-len(content) % 4)
    return struct.pack("!HH", number, len(content) + 4) + content


def templates():
    template = struct.pack("!HH", TEMPLATE, len(FIELDS)) + b"".join(struct.pack("!HH", *field) for field in FIELDS)
    # Scope System (1); samplingInterval (34), samplingAlgorithm (35).
    options = struct.pack("!HHHHHHHHH", OPTIONS, 4, 8, 1, 4, 34, 4, 35, 1)
    return flow_set(0, template) + flow_set(1, options) + flow_set(OPTIONS, struct.pack("!IIB", 1, SAMPLING, 2))


def main():
    source, collector, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    seconds, rate = float(sys.argv[4]), float(sys.argv[5])
    boot = time.time() - 3600
    sequence = records = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((source, 0))
        begin = time.monotonic()
        next_templates = begin
        while (now := time.monotonic()) < begin + seconds:
            uptime = int((time.time() - boot) * 1000)
            sets, count = b"", RECORDS
            if now >= next_templates:
                sets, count = templates(), RECORDS + 3
                next_templates = now + TEMPLATE_SECONDS
            data = b"".join(
                RECORD.pack(0x0B000000 + records + i, 0x0A020014, 40000, 443, 6, 0x1B, 10, 4200, uptime - 900, uptime - 100)
                for i in range(RECORDS)
            )
            header = struct.pack("!HHIIII", 9, count, uptime, int(time.time()), sequence, 7)
            sender.sendto(header + sets + flow_set(TEMPLATE, data), (collector, port))
            sequence, records = sequence + 1, records + RECORDS
            time.sleep(max(0, begin + sequence / rate - time.monotonic()))
    print(sequence, "datagrams,", records, "records")


main()
