"""Receives what programs send to syslog ports and writes it down, each sample as a capture and as text.

usage: receive.py SAMPLES.tsv FOLDER

For each line of SAMPLES.tsv whose source is udp:PORT or tcp:PORT on 127.0.0.1, or unix:PATH, a file FOLDER/NAME.pcap gets one
packet for each message (link type raw IP, as if each had come by UDP) and FOLDER/NAME.txt one line, with line ends within a
message written as \\n. A TCP sample has the octets as they came in FOLDER/NAME.stream too. Ends at SIGTERM, when all is written.
"""
import asyncio
import os
import signal
import socket
import struct
import sys
import time


class Sample:
    """One sample being written."""

    def __init__(self, name, folder):
        self.text = open(f"{folder}/{name}.txt", "wb")
        self.capture = open(f"{folder}/{name}.pcap", "wb")
        self.capture.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, 101))

    def add(self, message, source=("127.0.0.1", 0)):
        self.text.write(message.rstrip(b"\n").replace(b"\n", b"\\n") + b"\n")
        payload = message[: 65535 - 28]
        datagram = struct.pack(">HHHH", source[1], 5140, 8 + len(payload), 0) + payload
        header = struct.pack(
            ">BBHHHBBH4s4s", 0x45, 0, 20 + len(datagram), 0, 0, 64, 17, 0,
            socket.inet_aton(source[0]), socket.inet_aton("127.0.0.1"))
        now = time.time()
        size = len(header) + len(datagram)
        self.capture.write(struct.pack("<IIII", int(now), int(now % 1 * 1e6), size, size) + header + datagram)

    def close(self):
        self.text.close()
        self.capture.close()


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, sample):
        self.sample = sample

    def datagram_received(self, data, source):
        self.sample.add(data, source[:2] if isinstance(source, tuple) and source else ("127.0.0.1", 0))


def split(buffer):
    """Messages of RFC 6587, octet-counted or ended by LF, and what is left."""
    messages = []
    while buffer:
        if buffer[:1].isdigit():
            count, _, rest = buffer.partition(b" ")
            if not count.isdigit() or len(rest) < int(count):
                break
            messages.append(rest[: int(count)])
            buffer = rest[int(count):]
        else:
            message, end, rest = buffer.partition(b"\n")
            if not end:
                break
            messages.append(message)
            buffer = rest
    return messages, buffer


def taking_streams(sample, path):
    stream = open(path, "wb")

    async def take(reader, writer):
        buffer = b""
        while data := await reader.read(65536):
            stream.write(data)
            stream.flush()
            messages, buffer = split(buffer + data)
            for message in messages:
                sample.add(message)
        writer.close()

    return take


async def main():
    table, folder = sys.argv[1:]
    loop = asyncio.get_running_loop()
    samples = []
    for line in open(table):
        if line.startswith("#") or not line.strip():
            continue
        name, source = line.split("\t")[:2]
        kind, _, where = source.partition(":")
        if kind == "file":
            continue
        sample = Sample(name, folder)
        samples.append(sample)
        if kind == "udp":
            own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            own.bind(("127.0.0.1", int(where)))
            await loop.create_datagram_endpoint(lambda s=sample: Datagrams(s), sock=own)
        elif kind == "tcp":
            await asyncio.start_server(taking_streams(sample, f"{folder}/{name}.stream"), "127.0.0.1", int(where))
        else:
            own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            own.bind(where.replace("@FOLDER@", os.path.dirname(folder)))
            await loop.create_datagram_endpoint(lambda s=sample: Datagrams(s), sock=own)
    print("ready", flush=True)
    end = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, end.set)
    await end.wait()
    for sample in samples:
        sample.close()


asyncio.run(main())
