"""Ordinary users: each opens a page now and then from an address of its own, two requests on one connection.

usage: users.py SERVER ADDRESS-PREFIX COUNT SECONDS
Stops by itself; prints how many requests went well in each ten seconds.
"""
import collections
import http.client
import random
import sys
import threading
import time

THINK_SECONDS = 4
TIMEOUT_SECONDS = 5


def visit(server, address, outcomes, begin):
    connection = http.client.HTTPConnection(server, 80, timeout=TIMEOUT_SECONDS, source_address=(address, 0))
    for path in ("/", "/item"):
        went_well = False
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            went_well = answer.status == 200
        except (OSError, http.client.HTTPException):
            connection.close()
        outcomes.append((int((time.monotonic() - begin) / 10), went_well))
    connection.close()


def live(server, address, begin, end, outcomes):
    chance = random.Random(address)
    while True:
        time.sleep(chance.expovariate(1 / THINK_SECONDS))
        if time.monotonic() > end:
            return
        visit(server, address, outcomes, begin)


def main():
    server, prefix, count, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    begin = time.monotonic()
    outcomes = collections.deque()
    users = [
        threading.Thread(target=live, args=(server, f"{prefix}{i}", begin, begin + seconds, outcomes))
        for i in range(1, count + 1)
    ]
    for user in users:
        user.start()
    while time.monotonic() < begin + seconds - 1:
        time.sleep(1)
    total, good = collections.Counter(), collections.Counter()
    for period, went_well in list(outcomes):
        total[period] += 1
        good[period] += went_well
    for period in sorted(total):
        print(f"{period * 10:4d}-{period * 10 + 9} s: {good[period]:3d} of {total[period]:3d} requests went well", flush=True)


main()
