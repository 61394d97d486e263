package io.servicegroup.backend.memcached;

import io.servicegroup.backend.memcached.MemcachedAnswer.Full;
import io.servicegroup.backend.memcached.MemcachedAnswer.Word;
import io.servicegroup.backend.memcached.ToozGroup.Edit;
import io.servicegroup.backend.memcached.ToozGroup.Wanted;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.Backoff;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this agent's entries in tooz's groups by compare and set. A group that another client
 * changed meanwhile is read again; the attempts are bounded, back off at random, and continue with
 * the next write. Every second write checks that all entries still exist.
 */
final class ToozGroups {

  private static final Logger LOG = LoggerFactory.getLogger(ToozGroups.class);
  private static final String FULL =
      "is as large as the server takes (memcached's -I): tooz's readers do not see all of its"
          + " members, whose own beats go on";
  private static final int MOST_TRIES = 8;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(80);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  private final Vertx vertx;
  private final MemcachedClient client;
  private final String backend;
  private final Map<String, ToozGroup> groups = new LinkedHashMap<>();
  private final Set<String> reported = new HashSet<>();
  private Set<String> beating = Set.of();
  private boolean listed;
  private long updates;
  private Future<Void> running = Future.succeededFuture();
  private Future<Void> settled = Future.succeededFuture();

  ToozGroups(Vertx vertx, MemcachedClient client, String backend) {
    this.vertx = vertx;
    this.client = client;
    this.backend = backend;
  }

  /**
   * Takes the entries that the groups are to have.
   *
   * @param wanted by group and member
   * @param hosts the ids whose tooz heartbeat continues
   * @return completes after the first attempt; changes that conflicted with another client's are
   *     tried again in the background
   */
  Future<Void> update(Map<String, Map<String, Wanted>> wanted, Set<String> hosts) {
    beating = hosts;
    wanted.keySet().forEach(group -> groups.computeIfAbsent(group, name -> new ToozGroup()));
    groups.forEach((name, group) -> group.want(wanted.getOrDefault(name, Map.of())));
    groups.values().removeIf(ToozGroup::isEmpty);
    return update();
  }

  /** As {@link #update(Map, Set)}, where nothing else is wanted than before. */
  Future<Void> update() {
    updates++;
    long mine = updates;
    Future<Void> first = running.otherwiseEmpty().compose(before -> attempt(mine % 2 == 0));
    settled = first.compose(done -> retry(mine, 1, new Backoff(FIRST_PAUSE, LONGEST_PAUSE)));
    return first;
  }

  /** Completes when no attempt is under way. Never fails. */
  Future<Void> settled() {
    return settled.otherwiseEmpty();
  }

  boolean isSuperseded(MemberId id) {
    ToozGroup group = groups.get(id.group());
    return group != null && group.superseded().contains(id.host());
  }

  private Future<Void> retry(long mine, int tries, Backoff pauses) {
    if (mine != updates || tries > MOST_TRIES || isSettled()) {
      return Future.succeededFuture();
    }
    return vertx
        .timer(pauses.failed().toMillis(), TimeUnit.MILLISECONDS)
        .compose(
            waited ->
                mine == updates
                    ? attempt(false).compose(done -> retry(mine, tries + 1, pauses))
                    : Future.succeededFuture());
  }

  private boolean isSettled() {
    return listed && groups.values().stream().noneMatch(ToozGroup::isDirty);
  }

  private Future<Void> attempt(boolean all) {
    Map<String, ToozGroup> due = new LinkedHashMap<>();
    groups.forEach(
        (name, group) -> {
          if (all || group.isDirty()) {
            due.put(name, group);
          }
        });
    if (due.isEmpty() && listed) {
      return Future.succeededFuture();
    }
    List<String> keys = new ArrayList<>();
    keys.add(MemcachedKeys.GROUP_LIST);
    due.keySet().forEach(name -> keys.add(MemcachedKeys.toozGroup(name)));
    running =
        client
            .get(keys)
            .compose(
                found -> {
                  List<Future<Void>> steps = new ArrayList<>();
                  due.forEach((name, group) -> steps.add(store(name, group, found)));
                  steps.add(list(found.get(MemcachedKeys.GROUP_LIST)));
                  return Future.join(steps).mapEmpty();
                });
    return running;
  }

  private Future<Void> store(String name, ToozGroup group, Map<String, MemcachedItem> found) {
    String key = MemcachedKeys.toozGroup(name);
    MemcachedItem read = found.get(key);
    if (group.isKnown(read)) {
      return Future.succeededFuture();
    }
    Optional<ToozGroupMap> map =
        read == null ? Optional.of(new ToozGroupMap()) : ToozGroupMap.parse(read.value());
    if (map.isEmpty()) {
      report(name, "holds no group of tooz's and is left alone");
      return Future.succeededFuture();
    }
    Edit edit = group.edit(map.get());
    if (!edit.fits()) {
      report(name, FULL);
    }
    if (!edit.changed()) {
      group.stored(edit);
      group.known(read);
      return Future.succeededFuture();
    }
    byte[] value = map.get().encode();
    return (read == null ? client.add(key, value) : client.replace(key, value, read))
        .compose(answer -> stored(name, group, edit, answer));
  }

  private Future<Void> stored(String name, ToozGroup group, Edit edit, MemcachedAnswer answer) {
    if (answer == Word.STORED) {
      group.stored(edit);
      return forget(edit.removed());
    }
    if (answer instanceof Full) {
      group.refused(edit);
      report(name, FULL);
    }
    return Future.succeededFuture();
  }

  /** Deletes tooz's heartbeat of hosts whose last member was removed. */
  private Future<Void> forget(Set<String> removed) {
    return client.delete(
        removed.stream()
            .filter(host -> !beating.contains(host))
            .map(MemcachedKeys::toozMember)
            .toList());
  }

  private Future<Void> list(MemcachedItem read) {
    Optional<ToozGroupList> list =
        read == null ? Optional.of(new ToozGroupList()) : ToozGroupList.parse(read.value());
    listed = list.isEmpty() || !list.get().add(groups.keySet());
    if (listed) {
      return Future.succeededFuture();
    }
    byte[] value = list.get().encode();
    String key = MemcachedKeys.GROUP_LIST;
    return (read == null ? client.add(key, value) : client.replace(key, value, read))
        .map(
            answer -> {
              listed = answer == Word.STORED;
              return null;
            });
  }

  private void report(String group, String what) {
    if (reported.add(group + what)) {
      LOG.warn("Backend {}: the key of tooz's group {} {}", backend, group, what);
    }
  }
}
