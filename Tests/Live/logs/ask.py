"""Asks a server everything that a log line could have trouble with.

usage: ask.py ADDRESS PORT [tls] [proxy] [keep]    one server, all kinds of requests
       ask.py crowd ADDRESS PORT COUNT [PATH]      COUNT connections at a time that say nothing, or ask for PATH

`tls` speaks TLS first; `proxy` sends a PROXY protocol header first. Sources are 10.20.1.1 and others, fd00:20::1 for IPv6.
"""
import contextlib
import socket
import ssl
import sys
import threading
import time
import warnings

warnings.simplefilter("ignore", DeprecationWarning)

HOST = b"Host: shop.test\r\n"
AGENT = b"User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0\r\n"


def get(path, version=b"1.1", method=b"GET", more=b"", agent=AGENT, body=b"", close=True):
    head = method + b" " + path + b" HTTP/" + version + b"\r\n" + HOST + agent + more
    return head + (b"Connection: close\r\n" if close else b"") + b"\r\n" + body


def requests():
    """Each a name for people and the octets to send."""
    for path in (
        b"/", b"/status/200", b"/status/204", b"/status/302", b"/status/304", b"/status/400", b"/status/404", b"/status/418",
        b"/status/429", b"/status/500", b"/status/501", b"/status/502", b"/status/503", b"/status/504", b"/status/599",
        b"/file/index.html", b"/file/missing", b"/file", b"/forbidden", b"/moved", b"/found", b"/unavailable", b"/silent", b"/private",
        b"/close", b"/garbage", b"/partial", b"/hang", b"/slow", b"/dead", b"/dead", b"/dead", b"/none", b"/failover", b"/loop", b"/accel",
        b"/tarpit", b"/return", b"/flap", b"/limited", b"/limited", b"/limited", b"/limited503", b"/limited503", b"/limited503", b"/limited503",
        # What may stand in a path.
        b"/a\"quote", b"/a\\backslash", b"/a\\\"both", b"/caf\xc3\xa9", b"/\xff\xfe\x80invalid", b"/tab\there", b"/bell\x07\x1b[31m",
        b"/del\x7f", b"/percent%22%5C%00%FF", b"/[bracket]", b"/{brace}", b"/a'apostrophe", b"/semi;colon,comma|bar", b"/?q=1&r=\"x\"",
        b"/space in it", b"/<script>", b"/%", b"/$status", b"//double//slash", b"*", b"http://other.test/absolute", b"/" + b"x" * 900,
        b"/" + b"y" * 1500, b"/" + b"z" * 6000, b"/" + b"%C3%A9" * 300, b"/status/200?" + b"q=" * 700,
    ):
        yield get(path)
    for agent in (b"", b"User-Agent: \r\n", b"User-Agent: -\r\n", b'User-Agent: "quoted" \\ agent\r\n', b"User-Agent: caf\xc3\xa9 \xff\r\n",
                  b'User-Agent: " 200 5 "-" "x\r\n', b"User-Agent: tab\there\r\n", b"User-Agent: " + b"u" * 2000 + b"\r\n",
                  b'User-Agent: ] 503 "\r\n', b"User-Agent: {json:\"}\r\n"):
        yield get(b"/status/200", agent=agent)
    for referer in (b"https://shop.test/a?b=c", b'"', b'a"b\\c', b"\xe2\x82\xac", b"\xc3(", b"x y z", b'- - [21/Nov/2026:02:02:43 +0000] "GET'):
        yield get(b"/status/200", more=b"Referer: " + referer + b"\r\n")
    for forwarded in (b"203.0.113.7", b"203.0.113.7, 198.51.100.9, 10.0.0.1", b"unknown", b"fd00::1", b'"'):
        yield get(b"/status/200", more=b"X-Forwarded-For: " + forwarded + b"\r\n")
    yield get(b"/file/index.html", more=b"If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n")
    yield get(b"/private", more=b"Authorization: Basic dXNlcjpzZWNyZXQ=\r\n")
    yield get(b"/private", more=b"Authorization: Basic YSBuYW1lOng=\r\n")
    yield get(b"/private", more=b"Authorization: Basic Ing6Og==\r\n")
    for method in (b"HEAD", b"OPTIONS", b"PUT", b"DELETE", b"PROPFIND", b"TRACE", b"BREW", b"CONNECT", b"get"):
        yield get(b"/status/200", method=method)
    yield get(b"/status/200", method=b"POST", more=b"Content-Length: 5\r\n", body=b"a=b&c")
    yield get(b"/file/index.html", method=b"POST", more=b"Content-Length: 5\r\n", body=b"a=b&c")
    yield get(b"/status/200", method=b"POST", more=b"Content-Length: 100000\r\n", body=b"a" * 100000)
    yield get(b"/status/200", method=b"POST", more=b"Content-Length: nonsense\r\n")
    yield get(b"/status/200", method=b"POST", more=b"Transfer-Encoding: chunked\r\n", body=b"zz\r\n")
    yield get(b"/status/200", version=b"1.0")
    yield get(b"/status/200", version=b"1.0", agent=b"")
    yield get(b"/status/200", version=b"2.0")
    yield get(b"/status/200", version=b"1.9")
    yield get(b"/status/200", version=b"x")
    yield b"GET /status/200\r\n"
    yield b"GET /status/200 HTTP/1.1\r\n\r\n"
    yield b"GET /status/200 HTTP/1.1\r\nHost: a b\r\n\r\n"
    yield get(b"/status/200", more=b"X: " + b"h" * 40000 + b"\r\n")
    yield get(b"/" + b"w" * 20000)
    yield get(b"/status/200", close=False) * 2 + get(b"/status/404")
    yield b"FOO\r\n\r\n"
    yield b"\r\n\r\n\r\n"
    yield b"\x00\x01\x02\x03\r\n\r\n"
    yield b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) + b"\r\n\r\n"
    yield b"GET \"\\ \x01\x02 HTTP/1.1\r\n\r\n"
    yield b"SSH-2.0-OpenSSH_9.2\r\n"
    yield b'{"json": "request"}\r\n\r\n'
    yield b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    yield b"%s%s%n%x\r\n\r\n"


class Asker:
    def __init__(self, address, port, tls, proxy):
        self.address, self.port, self.tls, self.proxy = address, port, tls, proxy
        self.number = 0
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE

    def connect(self, encrypted=None):
        self.number += 1
        source = f"fd00:20::{self.number % 9 + 1}" if ":" in self.address else f"10.20.1.{self.number % 9 + 1}"
        connection = socket.create_connection((self.address, self.port), timeout=2.5, source_address=(source, 0))
        if self.proxy:
            connection.sendall(b"PROXY TCP4 203.0.113.%d 10.2.0.20 56324 80\r\n" % (self.number % 250))
        if self.tls if encrypted is None else encrypted:
            connection = self.context.wrap_socket(connection, server_hostname="shop.test")
        return connection

    def ask(self, octets):
        with contextlib.suppress(OSError):
            with self.connect() as connection:
                connection.sendall(octets)
                while connection.recv(65536):
                    pass

    def leave(self, octets, after=0.1):
        """Sends and goes away without waiting for an answer."""
        with contextlib.suppress(OSError):
            with self.connect() as connection:
                connection.sendall(octets)
                time.sleep(after)

    def reset(self, octets):
        """Sends and breaks the connection off."""
        with contextlib.suppress(OSError):
            connection = self.connect()
            connection.sendall(octets)
            time.sleep(0.05)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            connection.close()

    def stall(self, octets, seconds=2.5):
        """Sends and then neither speaks nor reads."""
        with contextlib.suppress(OSError):
            with self.connect() as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.sendall(octets)
                time.sleep(seconds)

    def fail_handshake(self):
        for octets in (b"", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", b"GET / HTTP/1.1\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x28"):
            with contextlib.suppress(OSError):
                with self.connect(encrypted=False) as connection:
                    connection.sendall(octets)
                    connection.settimeout(0.3)
                    connection.recv(100)
        for version, ciphers in ((ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0"), (ssl.TLSVersion.TLSv1_2, "PSK:@SECLEVEL=0")):
            with contextlib.suppress(OSError, ValueError):
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.set_ciphers(ciphers)
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = version
                context.wrap_socket(self.connect(encrypted=False), server_hostname="shop.test").close()
        # A client that does not trust the certificate says so in an alert.
        with contextlib.suppress(OSError):
            ssl.create_default_context().wrap_socket(self.connect(encrypted=False), server_hostname="shop.test").close()

    def run(self):
        for octets in requests():
            self.ask(octets)
        waits = [
            lambda: self.stall(b""), lambda: self.stall(b"GET /status/200 HTTP/1.1\r\nHost: x\r\n"), lambda: self.stall(b"GET /st"),
            lambda: self.stall(get(b"/status/200", method=b"POST", more=b"Content-Length: 50\r\n", body=b"abc")),
            lambda: self.stall(get(b"/big")), lambda: self.leave(get(b"/slow")), lambda: self.leave(get(b"/hang")),
            lambda: self.leave(get(b"/slow"), after=0), lambda: self.reset(get(b"/slow")), lambda: self.reset(get(b"/big")), lambda: self.reset(b""),
            lambda: self.leave(b"", after=0), lambda: self.leave(b"GET / HT"), lambda: self.stall(get(b"/status/200", close=False)),
        ] + [lambda: self.ask(get(b"/queue"))] * 6 + [lambda: self.ask(get(b"/crowded"))] * 3
        threads = [threading.Thread(target=wait) for wait in waits]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.tls:
            self.fail_handshake()


def crowd(address, port, count, path=None):
    connections = [socket.create_connection((address, port), timeout=2) for _ in range(count)]
    if path:
        for connection in connections:
            connection.sendall(get(path.encode()))
    time.sleep(1.5)
    for connection in connections:
        connection.close()


if sys.argv[1] == "crowd":
    crowd(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:])
else:
    Asker(sys.argv[1], int(sys.argv[2]), "tls" in sys.argv[3:], "proxy" in sys.argv[3:]).run()
