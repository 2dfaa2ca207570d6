"""Sends the datagrams of a capture once more, those of each exporter to a port of its own, in their order.

usage: replicate.py FILE.pcap HOST ADDRESS=PORT…
Of a capture with Ethernet headers and IPv4, as tcpdump wrote it on the export link. Prints how many went to each port.
"""
import collections
import socket
import struct
import sys
import time

BURST = 20
PAUSE_SECONDS = 0.002


def datagrams(path):
    """Source address and payload of each UDP datagram."""
    with open(path, "rb") as file:
        magic, *_, link = struct.unpack("<IHHiIII", file.read(24))
        if magic not in (0xA1B2C3D4, 0xA1B23C4D) or link != 1:
            sys.exit(f"{path}: not a little-endian pcap file of Ethernet")
        while header := file.read(16):
            captured, length = struct.unpack("<8xII", header)
            frame = file.read(captured)
            if captured != length:
                sys.exit(f"{path}: a packet was cut; capture with -s 0")
            if frame[12:14] != b"\x08\x00" or frame[23] != 17:
                continue
            if struct.unpack("!H", frame[20:22])[0] & 0x3FFF:
                sys.exit(f"{path}: a fragment; raise the MTU of the export link")
            udp = 14 + (frame[14] & 15) * 4
            size = struct.unpack("!H", frame[udp + 4:udp + 6])[0]
            yield socket.inet_ntoa(frame[26:30]), frame[udp + 8:udp + size]


def main():
    path, host = sys.argv[1:3]
    ports = {address: int(port) for address, port in (word.split("=") for word in sys.argv[3:])}
    sent = collections.Counter()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number, (address, payload) in enumerate(datagrams(path)):
            if address in ports:
                sender.sendto(payload, (host, ports[address]))
                sent[address] += 1
            if number % BURST == 0:
                time.sleep(PAUSE_SECONDS)
    for address in ports:
        print(address, sent[address])


main()
