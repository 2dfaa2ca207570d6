"""Users of the test network: sessions of one to four requests each, from addresses of their own, and questions to the resolver.

usage: users.py --out FILE --seconds N --prefix 10.20.1 --count 200 --rates lb-http=3.9,dns=14 [--app 0.54] [--retries N]
                [--patience 3] [--pace 0] [--window 0] [--paths /a,/b] [--scale 1]

A rate is new sessions a second (for dns: questions). Each request or question is a line of FILE: when it was asked (epoch),
service, kind of page, outcome, milliseconds. `--retries` asks again after a failure, half a second later. `--pace` sleeps as
many seconds between reads of an answer and `--window` limits the receive buffer, as on a poor line. `--paths` replaces the pages.
"""
import argparse
import asyncio
import contextlib
import ipaddress
import random
import socket
import ssl
import struct
import time

PLACES = {
    "lb-http": ("10.2.0.10", 80), "lb-https": ("10.2.0.10", 443), "web-http": ("10.2.0.20", 80), "web-https": ("10.2.0.20", 443),
    "tls-term": ("10.2.0.30", 443),
}
RESOLVER = "10.2.0.53"
DYNAMIC = ("/app/home", "/app/item", "/app/cart")
STATIC = ("/", "/static/s1.css", "/static/s2.css", "/static/s3.css", "/static/img.jpg")
THINK_SECONDS = (0.15, 1.5)
REQUEST = "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\n{}\r\n"


class Failed(Exception):
    """What the user saw instead of an answer."""


def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


class Users:
    def __init__(self, options):
        self.options = options
        self.out = open(options.out, "a", buffering=1)
        first = ipaddress.ip_address(options.prefix + ".1" if options.prefix.count(".") == 2 else options.prefix)
        self.addresses = [str(first + i) for i in range(options.count)]
        self.tls = context()

    def note(self, begin, service, kind, outcome):
        self.out.write(f"{begin:.3f}\t{service}\t{kind}\t{outcome}\t{(time.time() - begin) * 1000:.1f}\n")

    def pages(self, service):
        number = random.randint(1, 4)
        if self.options.paths:
            return [("static", random.choice(self.options.paths)) for _ in range(number)]
        dynamic = 0 if service == "tls-term" else self.options.app
        return [
            ("app", random.choice(DYNAMIC)) if random.random() < dynamic else ("static", random.choice(STATIC)) for _ in range(number)
        ]

    async def connect(self, service):
        host, port = PLACES[service]
        made = socket.socket()
        made.setblocking(False)
        if self.options.window:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.options.window)
        made.bind((random.choice(self.addresses), 0))
        try:
            await asyncio.get_running_loop().sock_connect(made, (host, port))
            more = {"ssl": self.tls, "server_hostname": host} if port == 443 else {}
            return await asyncio.open_connection(sock=made, limit=4096 if self.options.pace else 1 << 16, **more)
        except BaseException:
            made.close()
            raise

    async def read_body(self, reader, length):
        while length > 0:
            if self.options.pace:
                await asyncio.sleep(self.options.pace)
            data = await reader.read(min(length, 4096 if self.options.pace else 65536))
            if not data:
                raise ConnectionResetError
            length -= len(data)

    async def ask(self, streams, service, path, last):
        reader, writer = streams
        writer.write(REQUEST.format(path, PLACES[service][0], "Connection: close\r\n" if last else "").encode())
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
        await self.read_body(reader, int(fields.get(b"content-length", b"0")))
        return head.split(b" ")[1].decode(), fields.get(b"connection", b"").strip() == b"close"

    async def request(self, streams, service, page, last):
        """Streams to go on with, or none; and whether it went well."""
        kind, path = page
        begin = time.time()
        outcome, closed = "reset", True
        try:
            async with asyncio.timeout(self.options.patience):
                if streams is None:
                    streams = await self.connect(service)
                outcome, closed = await self.ask(streams, service, path, last)
        except TimeoutError:
            outcome = "timeout"
        except ConnectionRefusedError:
            outcome = "refused"
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, IndexError):
            pass
        self.note(begin, service, kind, outcome)
        if closed and streams:
            streams[1].close()
            streams = None
        return streams, outcome in ("200", "404")

    async def session(self, service):
        streams = None
        pages = self.pages(service)
        for index, page in enumerate(pages):
            if index:
                await asyncio.sleep(random.uniform(*THINK_SECONDS))
            for attempt in range(self.options.retries + 1):
                if attempt:
                    await asyncio.sleep(random.uniform(0.2, 0.5))
                streams, well = await self.request(streams, service, page, index == len(pages) - 1)
                if well:
                    break
            if streams is None:
                if not well:
                    return  # gives up on this visit
        if streams:
            streams[1].close()

    async def question(self):
        name = random.choice(("www.corp.test", "mail.corp.test")) if random.random() < 0.5 else f"host-{random.randrange(3000)}.app.test"
        octets = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
        begin = time.time()
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
            made.setblocking(False)
            made.bind((random.choice(self.addresses), 0))
            made.connect((RESOLVER, 53))
            outcome = "timeout"
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(self.options.patience):
                    await loop.sock_sendall(made, struct.pack("!HHHHHH", random.randrange(65536), 0x100, 1, 0, 0, 0) + octets + b"\0\x01\0\x01")
                    answer = await loop.sock_recv(made, 1500)
                    code = answer[3] & 15
                    outcome = "200" if code == 0 else "203" if code == 3 else f"rcode {code}"
        self.note(begin, "dns", "", outcome)

    async def arrive(self, service, rate, end):
        running = set()
        due = time.time()
        while True:
            due += random.expovariate(rate)
            if due > end:
                break
            await asyncio.sleep(max(0, due - time.time()))
            task = asyncio.create_task(self.question() if service == "dns" else self.session(service))
            running.add(task)
            task.add_done_callback(running.discard)
        if running:
            await asyncio.wait(running, timeout=2)

    async def live(self):
        end = time.time() + self.options.seconds
        await asyncio.gather(*(self.arrive(service, rate * self.options.scale, end) for service, rate in self.options.rates))


def main():
    parser = argparse.ArgumentParser()
    add = parser.add_argument
    add("--out", required=True)
    add("--seconds", type=float, required=True)
    add("--prefix", default="10.20.1")
    add("--count", type=int, default=200)
    add("--rates", required=True, type=lambda text: [(part.split("=")[0], float(part.split("=")[1])) for part in text.split(",")])
    add("--scale", type=float, default=1)
    add("--app", type=float, default=0.54)
    add("--retries", type=int, default=0)
    add("--patience", type=float, default=3)
    add("--pace", type=float, default=0)
    add("--window", type=int, default=0)
    add("--paths", type=lambda text: text.split(","), default=[])
    asyncio.run(Users(parser.parse_args()).live())


main()
