#!/usr/bin/env python3
"""A screen that needs nothing but Redis and a socket: prints a room's numbers once a second.

    python3 samples/PollRedis/screen.py [HOST:PORT] [ROOM]     (no room: the busiest one)

It sends the commands that any screen in any language would send:
    ZREVRANGE live:rooms 0 0          the busiest room
    GET live:{room}:snapshot          every settled number, one JSON object
    GET live:{room}:now               live numbers, written within 50 ms; older than 3 s = the data stands still
"""
import json
import socket
import sys
import time


class Redis:
    """The few lines of the Redis protocol that a screen needs."""

    def __init__(self, host, port):
        self.stream = socket.create_connection((host, port), timeout=5).makefile("rwb")

    def __call__(self, *words):
        self.stream.write(b"*%d\r\n" % len(words))
        for word in words:
            data = str(word).encode()
            self.stream.write(b"$%d\r\n%s\r\n" % (len(data), data))
        self.stream.flush()
        return self.reply()

    def reply(self):
        line = self.stream.readline()
        if not line:
            raise ConnectionError("Redis closed the connection.")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b"$":
            return None if rest == b"-1" else self.stream.read(int(rest) + 2)[:-2].decode()
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        return rest.decode()


def key(room, name):
    """Room ids stand in braces; braces and percent signs in them are percent-encoded."""
    return "live:{%s}:%s" % (room.replace("%", "%25").replace("{", "%7B").replace("}", "%7D"), name)


def line(room, snapshot, now):
    session = snapshot["windows"]["session"]
    money = session["trade"]["gmv"] / 10 ** snapshot["minorDigits"]
    stale = time.time() * 1000 - now["publishedAt"] > 3000
    rate = snapshot["windows"]["1m"]["interactionRate"]["value"]
    return "%s%s  online %d (peak %d)  viewers %d  GMV %s %.2f  interaction 1m %s  likes live %d" % (
        "[data interrupted] " if stale else "", snapshot.get("roomName", room), snapshot["online"]["now"],
        snapshot["online"]["peak"], session["viewers"], snapshot["currency"], money,
        "--" if rate is None else "%.1f %%" % (100 * rate), now["events"].get("like", 0))


def main():
    host, _, port = (sys.argv[1] if len(sys.argv) > 1 else "localhost:6379").rpartition(":")
    redis = Redis(host or "localhost", int(port))
    wanted = sys.argv[2] if len(sys.argv) > 2 else None
    while True:
        room = wanted or next(iter(redis("ZREVRANGE", "live:rooms", 0, 0)), None)
        snapshot = room and redis("GET", key(room, "snapshot"))
        now = room and redis("GET", key(room, "now"))
        print(line(room, json.loads(snapshot), json.loads(now)) if snapshot and now else "no room yet", flush=True)
        time.sleep(1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
    except (OSError, RuntimeError) as error:
        sys.exit("The screen lost Redis: %s" % error)
