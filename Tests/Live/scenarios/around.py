"""What stands around the services of the test network.

usage: around.py authority ADDRESS PORT     answers every question after 15 ms; names that begin with nx do not exist
       around.py relay SOCKET HOST PORT     passes on what programs write to the syslog socket, with a host name, by UDP
       around.py sink ADDRESS PORT…         takes datagrams and drops them, so that nobody is told that the port is closed
"""
import asyncio
import contextlib
import os
import socket
import sys

DELAY_SECONDS = 0.015
TIMESTAMP_OCTETS = 15
AUTHORITY = b"\x02ns\0\x01h\0" + b"\0\0\0\x01" * 5  # names and numbers of a start of authority


class Authority(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        asyncio.get_running_loop().call_later(DELAY_SECONDS, self.answer, data, address)

    def answer(self, data, address):
        end = data.find(b"\0", 12) + 5
        question = data[12:end]
        if question[1:3].lower() == b"nx":
            soa = b"\0\0\x06\0\x01\0\0\0\x05" + len(AUTHORITY).to_bytes(2, "big") + AUTHORITY
            self.transport.sendto(data[:2] + b"\x85\x83\0\x01\0\0\0\x01\0\0" + question + soa, address)
        else:
            address_record = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x0a\x02\0\x14"
            self.transport.sendto(data[:2] + b"\x85\x80\0\x01\0\x01\0\0\0\0" + question + address_record, address)


async def authority(host, port):
    await asyncio.get_running_loop().create_datagram_endpoint(Authority, local_addr=(host, int(port)))
    await asyncio.Event().wait()


def relay(path, host, port):
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    taken = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    taken.bind(path)
    os.chmod(path, 0o666)
    passed = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    passed.connect((host, int(port)))
    while True:
        message = taken.recv(65536).rstrip(b"\0\n")
        head = message.find(b">") + 1 + TIMESTAMP_OCTETS
        with contextlib.suppress(OSError):
            passed.send(message[:head] + b" svc" + message[head:])


async def sink(host, *ports):
    for port in ports:
        await asyncio.get_running_loop().create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=(host, int(port)))
    await asyncio.Event().wait()


if sys.argv[1] == "relay":
    relay(*sys.argv[2:])
else:
    asyncio.run({"authority": authority, "sink": sink}[sys.argv[1]](*sys.argv[2:]))
