"""A tooz coordinator that does what standard input says: one JSON object a line, one answer a line.

Ends when standard input does, without leaving anything: as a process that was killed.
"""

import json
import os
import sys

# Tooz would load it only to offer what nobody uses here, and that is most of what a start costs.
sys.modules["eventlet"] = None

from tooz import coordination  # noqa: E402


class Peer:
    def __init__(self):
        self.coordinator = None
        self.text_ids = False
        self.events = []

    def _id(self, name):
        return name if self.text_ids else name.encode()

    def start(self, uri, member, text_ids, beats):
        self.text_ids = text_ids
        self.coordinator = coordination.get_coordinator(uri, self._id(member))
        self.coordinator.start(start_heart=beats)

    def create_group(self, group):
        try:
            self.coordinator.create_group(self._id(group)).get(timeout=10)
        except coordination.GroupAlreadyExist:
            pass

    def join(self, group, capabilities):
        self.coordinator.join_group(self._id(group), capabilities).get(timeout=10)

    def join_unless_member(self, group, capabilities):
        try:
            self.join(group, capabilities)
        except coordination.MemberAlreadyExist:
            pass

    def leave(self, group):
        self.coordinator.leave_group(self._id(group)).get(timeout=10)

    def heartbeat(self):
        self.coordinator.heartbeat()

    def members(self, group):
        found = self.coordinator.get_members(self._id(group)).get(timeout=10)
        return sorted(plain(member) for member in found)

    def capabilities(self, group, member):
        wanted = self.coordinator.get_member_capabilities(self._id(group), self._id(member))
        return wanted.get(timeout=10)

    def update_capabilities(self, group, capabilities):
        self.coordinator.update_capabilities(self._id(group), capabilities).get(timeout=10)

    def groups(self):
        return sorted(plain(group) for group in self.coordinator.get_groups().get(timeout=10))

    def watch_join(self, group):
        self.coordinator.watch_join_group(self._id(group), self._note("joined"))

    def watch_leave(self, group):
        self.coordinator.watch_leave_group(self._id(group), self._note("left"))

    def _note(self, kind):
        def note(event):
            self.events.append([event.group_id, event.member_id, kind])

        return note

    def run_watchers(self):
        self.coordinator.run_watchers()
        seen, self.events = self.events, []
        return seen

    def stop(self):
        self.coordinator.stop()


def plain(value):
    """As JSON can say it: bytes as text, MessagePack's extension types as Python prints them."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, dict):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return str(value)


def main():
    peer = Peer()
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request.pop("id")}
        try:
            answer["result"] = plain(getattr(peer, request.pop("call"))(**request))
        except Exception as e:
            answer["error"] = "%s: %s" % (type(e).__name__, e)
        print(json.dumps(answer, separators=(",", ":")), flush=True)
    os._exit(0)


main()
