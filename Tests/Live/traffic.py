"""Mixed traffic through a router: TCP to a web server and to closed ports, UDP with and without answers, ICMP; IPv4 and IPv6.

usage: traffic.py serve ADDRESS…                    answers UDP on port 53 of each address
       traffic.py use SECONDS SERVER4 SERVER6 SOURCE4… SOURCE6…
       traffic.py ask SERVER SECONDS                few flows, but packets enough that no capture buffer keeps them back
The last two stop by themselves; `use` prints how much it has done.
"""
import asyncio
import collections
import random
import socket
import struct
import sys

PER_SECOND = {"web": 20, "closed port": 4, "query": 30, "unanswered query": 6, "echo": 6}
PATHS = ("/small", "/small", "/page", "/page", "/large")
LARGE = 3


class Answering(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.transport.sendto(data + bytes(random.randrange(20, 400)), address)


async def serve(addresses):
    loop = asyncio.get_running_loop()
    for address in addresses:
        await loop.create_datagram_endpoint(Answering, local_addr=(address, 53))
    await asyncio.Event().wait()


async def web(server, source):
    reader, writer = await asyncio.open_connection(server, 80, local_addr=(source, 0))
    try:
        for _ in range(random.randrange(1, LARGE)):
            writer.write(b"GET %s HTTP/1.1\r\nHost: live\r\n\r\n" % random.choice(PATHS).encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
            await reader.readexactly(length)
    finally:
        writer.close()
        await writer.wait_closed()


async def closed_port(server, source):
    try:
        _, writer = await asyncio.open_connection(server, random.randrange(8000, 9000), local_addr=(source, 0))
        writer.close()
    except ConnectionRefusedError:
        pass


async def query(server, source, port=53):
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=(source, 0), remote_addr=(server, port)
    )
    for _ in range(random.randrange(1, 4)):
        transport.sendto(bytes(random.randrange(20, 120)))
        await asyncio.sleep(0.05)
    transport.close()


async def unanswered_query(server, source):
    await query(server, source, 9)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


async def echo(server, source):
    six = ":" in server
    protocol = socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
    with socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_RAW, protocol) as raw:
        raw.bind((source, 0))
        identifier = random.randrange(65536)
        for number in range(3):
            rest = struct.pack("!HH", identifier, number) + bytes(56)
            # The kernel fills in the checksum of ICMPv6.
            begin = b"\x80\0\0\0" if six else b"\x08\0" + struct.pack("!H", checksum(b"\x08\0\0\0" + rest))
            raw.sendto(begin + rest, (server, 0))
            await asyncio.sleep(0.2)


async def repeat(action, rate, end, pairs, done):
    loop = asyncio.get_running_loop()
    tasks = set()
    while loop.time() < end:
        task = asyncio.create_task(action(*random.choice(pairs)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        task.add_done_callback(lambda t: done.update(["went wrong" if t.exception() else action.__name__]))
        await asyncio.sleep(random.expovariate(rate))
    if tasks:
        await asyncio.wait(tasks, timeout=5)


async def ask(server, seconds):
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=(server, 53))
        for _ in range(500):
            transport.sendto(bytes(1000))
            await asyncio.sleep(0.02)
        transport.close()


async def use(seconds, servers, sources):
    pairs = [(server, source) for server in servers for source in sources if (":" in server) == (":" in source)]
    end = asyncio.get_running_loop().time() + seconds
    done = collections.Counter()
    actions = {"web": web, "closed port": closed_port, "query": query, "unanswered query": unanswered_query, "echo": echo}
    await asyncio.gather(*(repeat(actions[what], rate, end, pairs, done) for what, rate in PER_SECOND.items()))
    print(", ".join(f"{count} × {what.replace('_', ' ')}" for what, count in sorted(done.items())))


if sys.argv[1] == "serve":
    asyncio.run(serve(sys.argv[2:]))
elif sys.argv[1] == "ask":
    asyncio.run(ask(sys.argv[2], float(sys.argv[3])))
else:
    asyncio.run(use(float(sys.argv[2]), sys.argv[3:5], sys.argv[5:]))
