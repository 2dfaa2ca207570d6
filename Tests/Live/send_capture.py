"""Sends the UDP payloads of a capture on, at a steady rate.

usage: send_capture.py FILE ADDRESS PORT DATAGRAMS_A_SECOND
FILE: pcap in microseconds, Ethernet and IPv4 without options, little-endian.
"""
import socket
import struct
import sys
import time

HEADERS = 14 + 20 + 8

path, address, port, rate = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
output = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
output.connect((address, port))
with open(path, "rb") as file:
    file.read(24)
    start, sent = time.monotonic(), 0
    while header := file.read(16):
        output.send(file.read(struct.unpack("<IIII", header)[2])[HEADERS:])
        sent += 1
        if sent % 50 == 0:
            time.sleep(max(0, start + sent / rate - time.monotonic()))
print(f"{sent} datagrams")
