package io.servicegroup.backend.zookeeper;

import io.servicegroup.bus.Concerns;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.EventType;

/**
 * Keeps the observations current. It lists everything watched at each connection, because watches
 * report nothing of the time between two connections, and reads a member again whenever an event
 * names it. An event is only a hint: a node that was deleted may exist again, and its mark tells
 * why it was deleted.
 */
final class ZooKeeperReader {

  /** The most reads under way at a time. */
  private static final int BATCH = 500;

  private static final String UNKNOWN =
      "whoever is in it and is not in the catalogue is not seen here";

  private final ZooKeeperClient client;
  private final ZooKeeperLookup lookup;
  private final ZooKeeperLayout layout;
  private final LivenessSettings settings;
  private final Roster roster;
  private final ZooKeeperObservations observations;
  private final ZooKeeperListings listings;
  private final ZooKeeperUnreadable unreadable;
  private final Set<MemberId> dirty = new LinkedHashSet<>();
  private Runnable news = () -> {};
  private Promise<Void> settled;
  private long connection;
  private boolean connected;
  private boolean reading;

  ZooKeeperReader(
      ZooKeeperClient client,
      ZooKeeperLayout layout,
      LivenessSettings settings,
      Roster roster,
      ZooKeeperObservations observations,
      ZooKeeperUnreadable unreadable,
      Concerns concerns) {
    this.client = client;
    this.lookup = new ZooKeeperLookup(client, layout);
    this.layout = layout;
    this.settings = settings;
    this.roster = roster;
    this.observations = observations;
    this.listings = new ZooKeeperListings(concerns, this::read);
    this.unreadable = unreadable;
  }

  /** Sets what runs when a poll would see something new. */
  void onNews(Runnable told) {
    news = told;
  }

  /** Sets all watches and runs all listings on a new connection. */
  void connected() {
    forget();
    connected = true;
    listings.begin("", layout.groups(), "no member is seen here", this::listRoots);
  }

  private Future<?> listRoots() {
    return client
        .sync(layout.groups())
        .compose(
            synced -> ZooKeeperClient.all(List.of(layout.groups(), layout.marks()), client::ensure))
        .onSuccess(there -> watchRoots());
  }

  /** Forgets what was read, because no watch reports its changes any more. */
  void disconnected() {
    forget();
    connected = false;
    settle();
  }

  private void forget() {
    connection++;
    observations.disconnected();
    listings.forget();
    dirty.clear();
    reading = false;
  }

  private void watchRoots() {
    Set<String> groups = new HashSet<>();
    List<MemberId> single = new ArrayList<>();
    if (settings.watch() instanceof Watch.Groups some) {
      groups.addAll(some.names());
    }
    for (Member member : roster.members()) {
      MemberId id = member.id();
      if (layout.refusal(id).isEmpty() && roster.isWatched(id.group())) {
        groups.add(id.group());
      } else if (layout.refusal(id).isEmpty()) {
        single.add(id);
      }
    }
    groups.forEach(this::watchGroup);
    single.forEach(this::watchMember);
    if (settings.watch().equals(Watch.ALL)) {
      listings.begin(layout.groups(), "the list of groups", UNKNOWN, this::watchGroups);
    }
  }

  /** Takes a member of the catalogue, whose group may not be watched yet. */
  void catalogued(MemberId id) {
    if (!connected || roster.get(id) == null || layout.refusal(id).isPresent()) {
      return;
    }
    if (!roster.isWatched(id.group())) {
      watchMember(id);
    } else if (listings.isFailed(layout.group(id.group()))) {
      touch(id);
    } else {
      watchGroup(id.group());
    }
  }

  private Future<?> watchGroups() {
    return client
        .watch(layout.groups(), AddWatchMode.PERSISTENT)
        .compose(watching -> client.children(layout.groups()))
        .onSuccess(
            names -> names.stream().filter(ZooKeeperLayout::isGroup).forEach(this::watchGroup));
  }

  private void watchMember(MemberId id) {
    listings.begin(
        layout.node(id),
        "member " + id,
        "it is not seen here",
        () ->
            client
                .watch(layout.node(id), AddWatchMode.PERSISTENT)
                .onSuccess(watching -> touch(id)));
  }

  private void watchGroup(String group) {
    listings.begin(
        layout.group(group),
        "group " + group,
        UNKNOWN,
        () -> watchTree(group, layout.group(group)));
    listings.begin(
        layout.marks(group),
        "marks of group " + group,
        "why a member of it went is not seen here",
        () -> watchTree(group, layout.marks(group)));
  }

  private Future<?> watchTree(String group, String tree) {
    return client
        .watch(tree, AddWatchMode.PERSISTENT_RECURSIVE)
        // Known members that are not listed any more have gone, so they are read too.
        .onSuccess(watching -> observations.known(group).forEach(dirty::add))
        .compose(watching -> client.children(tree))
        .onSuccess(
            names ->
                names.forEach(name -> ZooKeeperLayout.member(group, name).ifPresent(dirty::add)))
        // The catalogue's members are read by name where the group may not be listed.
        .onFailure(failure -> roster.members().forEach(member -> addOf(group, member.id())));
  }

  private void addOf(String group, MemberId id) {
    if (id.group().equals(group) && observations.get(id) == null && layout.refusal(id).isEmpty()) {
      dirty.add(id);
    }
  }

  /** Takes an event of a watch. */
  void changed(EventType type, String path) {
    if (type == EventType.NodeChildrenChanged) {
      if (path.equals(layout.groups())) {
        listings.again(layout.groups());
      }
    } else {
      layout.member(path).ifPresent(this::touch);
    }
  }

  /** Reads a member again. */
  void touch(MemberId id) {
    dirty.add(id);
    read();
  }

  /** Repeats failed listings and reads. */
  void retry() {
    if (connected) {
      listings.retry();
      dirty.addAll(unreadable.due());
    }
    read();
  }

  private void read() {
    if (!connected || reading) {
      return;
    }
    if (dirty.isEmpty()) {
      settle();
      return;
    }
    long mine = connection;
    reading = true;
    List<MemberId> batch = takeBatch();
    ZooKeeperClient.all(batch, id -> read(id, mine))
        .onComplete(
            result -> {
              if (mine == connection) {
                reading = false;
                news.run();
                if (result.succeeded()) {
                  read();
                } else {
                  settle();
                }
              }
            });
  }

  private List<MemberId> takeBatch() {
    List<MemberId> batch = new ArrayList<>();
    Iterator<MemberId> rest = dirty.iterator();
    while (rest.hasNext() && batch.size() < BATCH) {
      batch.add(rest.next());
      rest.remove();
    }
    return batch;
  }

  private Future<Void> read(MemberId id, long mine) {
    return lookup
        .look(id)
        .onSuccess(
            presence -> {
              unreadable.remove(id);
              // An event during the read may be newer than its answer: the member is read again.
              if (mine == connection && !dirty.contains(id)) {
                observations.saw(id, presence);
              }
            })
        .<Void>mapEmpty()
        .recover(failure -> forbidden(id, failure))
        .onFailure(
            failure -> {
              // The next poll reads the member again.
              if (mine == connection) {
                dirty.add(id);
              }
            });
  }

  private Future<Void> forbidden(MemberId id, Throwable failure) {
    if (!ZooKeeperClient.is(failure, Code.NOAUTH)) {
      return Future.failedFuture(failure);
    }
    observations.unreadable(id);
    unreadable.add(id, ZooKeeperClient.text(failure));
    return Future.succeededFuture();
  }

  /** Completes when every member that an event named has been read or has failed. */
  Future<Void> settled() {
    if (!connected || (!reading && !listings.isRunning() && dirty.isEmpty())) {
      return Future.succeededFuture();
    }
    if (settled == null) {
      settled = Promise.promise();
    }
    return settled.future();
  }

  private void settle() {
    Promise<Void> waiting = settled;
    if (waiting != null && (!connected || !listings.isRunning())) {
      settled = null;
      waiting.complete();
    }
  }
}
