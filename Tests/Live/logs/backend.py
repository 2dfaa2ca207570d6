"""A web server that fails in every way a server can, by the path of the request. Serves until it is ended.

usage: backend.py PORT [PORT…]

/status/CODE answers with it · /slow after 300 ms · /hang never · /close closes without an answer · /garbage answers what is no
HTTP · /partial closes in the middle of its answer · /big sends 4 MiB · /accel asks nginx for an internal redirect · else 200
"""
import asyncio
import contextlib
import sys

HEADERS = b"HTTP/1.1 %d Whatever\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n%s\r\n"


def answer(status, body=b"hello\n", more=b""):
    return HEADERS % (status, len(body), more) + (b"" if status in (204, 304) else body)


async def respond(path, writer):
    """Returns whether the connection may be used again."""
    if path.startswith("/status/"):
        status = int(path[8:11])
        writer.write(answer(status, b"" if status in (204, 304) else b"status\n"))
        return True
    if path.startswith("/accel"):
        writer.write(answer(200, more=b"X-Accel-Redirect: /internal/\r\n"))
        return True
    if path.startswith(("/slow", "/queue")):
        await asyncio.sleep(0.3)
    elif path.startswith("/hang"):
        await asyncio.sleep(30)
    elif path.startswith("/close"):
        return False
    elif path.startswith("/garbage"):
        writer.write(b"this is no HTTP\r\n\r\n")
        return False
    elif path.startswith("/partial"):
        writer.write(HEADERS % (200, 100000, b"") + b"x" * 500)
        return False
    elif path.startswith("/big"):
        writer.write(answer(200, b"x" * (4 << 20)))
        await writer.drain()
        return True
    writer.write(answer(200))
    return True


async def serve(reader, writer):
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        goes_on = True
        while goes_on:
            head = await reader.readuntil(b"\r\n\r\n")
            words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    await reader.readexactly(int(line.split(b":")[1]))
            goes_on = await respond(words[1] if len(words) > 1 else "/", writer) and b"connection: close" not in head.lower()
            await writer.drain()
    writer.close()


async def main():
    servers = [await asyncio.start_server(serve, "127.0.0.1", int(port)) for port in sys.argv[1:]]
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main())
