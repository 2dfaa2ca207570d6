"""An application that serves eight requests at a time, 80 ms each; the rest waits in a short queue of the kernel.

usage: application.py PORT
"""
import socket
import sys
import threading
import time

WORKERS = 8
SERVICE_SECONDS = 0.08
BACKLOG = 32
BODY = b"x" * 3000
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
)


def serve(listener):
    while True:
        connection, _ = listener.accept()
        try:
            connection.settimeout(2)
            connection.recv(8192)
            time.sleep(SERVICE_SECONDS)
            connection.sendall(ANSWER)
        except OSError:
            pass  # the proxy gave up on this request
        finally:
            connection.close()


def main():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(sys.argv[1])))
    listener.listen(BACKLOG)
    workers = [threading.Thread(target=serve, args=(listener,), daemon=True) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


main()
