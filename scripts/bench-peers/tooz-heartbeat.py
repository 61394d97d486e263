#!/usr/bin/python3
"""What one heartbeat of tooz costs.

    tooz-heartbeat.py TOOZ_URL SERVER_PID [--acknowledged]

Joins a group as a member and calls the coordinator's heartbeat() in a closed loop, as often as the
numbers on standard input say. Prints one line of JSON for each: beats per second, CPU-seconds per
1,000 beats of this process and of the server's whole process tree.

tooz does not wait for memcached's answer to a beat. With --acknowledged its client does: the same
call, told to wait.
"""

import functools
import os
import sys

from tooz import coordination

from rounds import serve


def main():
    url, server = sys.argv[1], int(sys.argv[2])
    coordinator = coordination.get_coordinator(url, b"tooz-1")
    coordinator.start(start_heart=False)
    group = b"bench-tooz-%d" % os.getpid()
    coordinator.create_group(group).get()
    coordinator.join_group(group, {"version": 1}).get()
    if "--acknowledged" in sys.argv:
        coordinator.client.set = functools.partial(coordinator.client.set, noreply=False)
    # memcached's heartbeat is not acknowledged: a read behind the last one shows that it arrived.
    serve(server, coordinator.heartbeat, drain=lambda: coordinator.get_groups().get())
    coordinator.stop()


if __name__ == "__main__":
    main()
