#!/usr/bin/python3
"""How many members tooz's own reader finds in a group.

    tooz-members.py TOOZ_URL GROUP
"""

import sys

from tooz import coordination


def main():
    url, group = sys.argv[1], sys.argv[2]
    coordinator = coordination.get_coordinator(url, b"tooz-reader")
    coordinator.start(start_heart=False)
    print(len(coordinator.get_members(group.encode()).get()))
    coordinator.stop()


if __name__ == "__main__":
    main()
