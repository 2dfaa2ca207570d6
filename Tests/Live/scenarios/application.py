"""An application of eight workers, 80 ms a request; the rest waits in a short queue of the kernel.

usage: application.py ADDRESS PORT [SLOW-MILLISECONDS]

/app/report takes a worker for two seconds. SIGUSR1 makes every request take 400 ms or what was said, SIGUSR2 80 ms again.
"""
import re
import signal
import socket
import sys
import threading
import time

WORKERS = 8
BACKLOG = 64
ORDINARY_SECONDS, REPORT_SECONDS = 0.08, 2
SLOW_SECONDS = int(sys.argv[3]) / 1000 if len(sys.argv) > 3 else 0.4
PATIENCE_SECONDS = 30
BODY = b"x" * 3000
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY

seconds = ORDINARY_SECONDS


def read_request(connection):
    """The head of the request, after its body has come in whole."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(8192)
        if not more:
            return None
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    missing = int(length[1]) - len(body) if length else 0
    while missing > 0:
        more = connection.recv(8192)
        if not more:
            return None
        missing -= len(more)
    return head


def serve(listener):
    while True:
        connection, _ = listener.accept()
        try:
            connection.settimeout(PATIENCE_SECONDS)
            head = read_request(connection)
            if head is not None:
                if b"/health" not in head.split(b"\r\n", 1)[0]:
                    time.sleep(REPORT_SECONDS if head.split(b" ")[1].startswith(b"/app/report") else seconds)
                connection.sendall(ANSWER)
        except OSError:
            pass  # the proxy gave up on this request
        finally:
            connection.close()


def take(value):
    global seconds
    seconds = value


def main():
    signal.signal(signal.SIGUSR1, lambda *_: take(SLOW_SECONDS))
    signal.signal(signal.SIGUSR2, lambda *_: take(ORDINARY_SECONDS))
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((sys.argv[1], int(sys.argv[2])))
    listener.listen(BACKLOG)
    for _ in range(WORKERS):
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
    while True:
        signal.pause()


main()
