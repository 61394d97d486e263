package io.servicegroup.backend.redis;

import io.servicegroup.backend.tooz.Capabilities;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps the entries of this agent's members in tooz's groups. An entry is written when it changes.
 * Every second write checks that the unchanged entries still exist, because tooz's readers prune
 * members whose heartbeat was missing for too long.
 */
final class RedisToozEntries {

  private final RedisKeys keys;
  private final RedisGroups groups;
  private final Map<MemberId, Entry> stored = new HashMap<>();
  private boolean checks;

  RedisToozEntries(RedisKeys keys, RedisGroups groups) {
    this.keys = keys;
    this.groups = groups;
  }

  /** Forgets what is stored, because the backend lost its data. */
  void forget() {
    stored.clear();
  }

  /** Forgets the stored entry of a member that is being ended. */
  void forget(MemberId id) {
    stored.remove(id);
  }

  /** Begins the part of one write. */
  Write begin() {
    return new Write();
  }

  /** The entry of a member, made from the catalogue's record of it. */
  private record Entry(Member row, byte[] capabilities) {}

  /** The part of one write that concerns entries. */
  final class Write {

    private final Map<MemberId, Entry> wanted = new HashMap<>();
    private final Map<MemberId, Entry> missing = new HashMap<>();

    /**
     * Takes the state of a member. It is to have an entry while it is beaten for, unless the
     * catalogue has no record of this incarnation or tooz would refuse the name.
     *
     * @param row the catalogue's record, or null
     */
    void want(Heartbeat heartbeat, Member row) {
      Entry before = stored.get(heartbeat.id());
      if (heartbeat.state().beats()
          && row != null
          && heartbeat.incarnation().equals(row.incarnation())
          && !heartbeat.id().host().equals(RedisKeys.CREATED)) {
        boolean same = before != null && before.row == row;
        wanted.put(heartbeat.id(), same ? before : new Entry(row, Capabilities.of(row)));
      } else {
        stored.remove(heartbeat.id());
      }
    }

    /** Adds the commands that write changed entries and check the others. */
    void plan(RedisBatch batch) {
      Map<MemberId, Entry> changed = new HashMap<>();
      checks = !checks;
      wanted.forEach(
          (id, entry) -> {
            Entry before = stored.get(id);
            if (before == null || !Arrays.equals(before.capabilities, entry.capabilities)) {
              changed.put(id, entry);
            } else if (checks) {
              check(batch, id, entry);
            }
          });
      put(batch, changed);
      if (checks && changed.size() < wanted.size()) {
        listGroups(batch, groupsOf(wanted.keySet()));
      }
    }

    private void check(RedisBatch batch, MemberId id, Entry entry) {
      batch.addApart(
          Request.cmd(Command.HEXISTS).arg(keys.group(id.group())).arg(id.host()),
          answer -> {
            if (answer.toInteger() == 0) {
              missing.put(id, entry);
            }
          },
          why -> groups.notWritten(id.group(), why));
    }

    /** Writes the entries that the check did not find. */
    Future<Void> putBack(RedisCall call) {
      RedisBatch repair = new RedisBatch();
      put(repair, missing);
      return repair.send(call);
    }

    /** Notes what is stored after a write that succeeded. */
    void finish(Set<MemberId> present) {
      stored.putAll(wanted);
      stored.keySet().retainAll(present);
    }

    private void put(RedisBatch into, Map<MemberId, Entry> entries) {
      Collection<String> names = groupsOf(entries.keySet());
      listGroups(into, names);
      for (String group : names) {
        into.addApart(
            Request.cmd(Command.HSETNX).arg(keys.group(group)).arg(RedisKeys.CREATED).arg("1"),
            done -> groups.written(group),
            why -> groups.notWritten(group, why));
      }
      entries.forEach(
          (id, entry) ->
              into.addApart(
                  Request.cmd(Command.HSET)
                      .arg(keys.group(id.group()))
                      .arg(id.host())
                      .arg(entry.capabilities),
                  done -> {},
                  why -> refused(id)));
    }

    private void refused(MemberId id) {
      wanted.remove(id);
      stored.remove(id);
    }

    private void listGroups(RedisBatch into, Collection<String> names) {
      if (!names.isEmpty()) {
        Request add = Request.cmd(Command.SADD).arg(keys.groups());
        names.forEach(add::arg);
        into.addApart(add, done -> groups.listRead(), groups::listRefused);
      }
    }

    private static Collection<String> groupsOf(Set<MemberId> ids) {
      Set<String> names = new TreeSet<>();
      ids.forEach(id -> names.add(id.group()));
      return names;
    }
  }
}
