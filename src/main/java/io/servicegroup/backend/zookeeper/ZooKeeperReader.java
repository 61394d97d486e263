package io.servicegroup.backend.zookeeper;

import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.OutageLog;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the picture: lists what is watched at each connection, since watches tell nothing of the
 * time between two, and reads again whatever an event names. An event is a hint and never the news
 * itself: a node that went may be there again, and its mark says why it went.
 */
final class ZooKeeperReader {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperReader.class);

  /** How many reads are under way at a time. */
  private static final int BATCH = 500;

  private final ZooKeeperClient client;
  private final ZooKeeperLookup lookup;
  private final ZooKeeperLayout layout;
  private final LivenessSettings settings;
  private final Roster roster;
  private final ZooKeeperPicture picture;
  private final Set<String> watched = new HashSet<>();
  private final Set<MemberId> dirty = new LinkedHashSet<>();
  private final Set<MemberId> unreadable = new HashSet<>();
  private final OutageLog outages;
  private Runnable news = () -> {};
  private Promise<Void> settled;
  private long connection;
  private boolean connected;
  private boolean reading;
  private boolean incomplete;
  private int listings;

  ZooKeeperReader(
      ZooKeeperClient client,
      ZooKeeperLayout layout,
      LivenessSettings settings,
      Roster roster,
      ZooKeeperPicture picture) {
    this.client = client;
    this.lookup = new ZooKeeperLookup(client, layout);
    this.layout = layout;
    this.settings = settings;
    this.roster = roster;
    this.picture = picture;
    this.outages = new OutageLog("What backend " + settings.backend() + " lists", System::nanoTime);
  }

  /** Whom to tell that a poll would see something new. */
  void onNews(Runnable told) {
    news = told;
  }

  /** Watches and lists everything anew. */
  void connected() {
    forget();
    connected = true;
    list(
        client
            .sync(layout.groups())
            .compose(synced -> all(List.of(layout.groups(), layout.marks()), client::ensure))
            .compose(there -> roots()));
  }

  /** What was read is not vouched for any more. */
  void disconnected() {
    forget();
    connected = false;
    settle();
  }

  private void forget() {
    connection++;
    picture.disconnected();
    watched.clear();
    dirty.clear();
    reading = false;
    incomplete = false;
    listings = 0;
  }

  private Future<?> roots() {
    Set<String> groups = new HashSet<>();
    List<MemberId> single = new ArrayList<>();
    if (!settings.watchOwn()) {
      groups.addAll(settings.watchGroups());
    }
    roster.members().forEach(member -> sort(member.id(), groups, single));
    return Future.join(
        all(groups, this::watchGroup),
        all(single, this::watchMember),
        roster.isWatched("") ? watchGroups() : Future.succeededFuture());
  }

  private void sort(MemberId id, Set<String> groups, List<MemberId> single) {
    if (layout.refusal(id).isEmpty()) {
      if (roster.isWatched(id.group())) {
        groups.add(id.group());
      } else {
        single.add(id);
      }
    }
  }

  /** Hears of a member whose group may not be watched yet. */
  void catalogued(MemberId id) {
    if (connected && roster.get(id) != null && layout.refusal(id).isEmpty()) {
      list(roster.isWatched(id.group()) ? watchGroup(id.group()) : watchMember(id));
    }
  }

  private Future<?> watchGroups() {
    return client.watch(layout.groups(), AddWatchMode.PERSISTENT).compose(watching -> listGroups());
  }

  private Future<?> listGroups() {
    return client
        .children(layout.groups())
        .compose(
            names ->
                all(names.stream().filter(ZooKeeperLayout::isGroup).toList(), this::watchGroup));
  }

  private Future<?> watchMember(MemberId id) {
    if (!watched.add(layout.node(id))) {
      return Future.succeededFuture();
    }
    return client.watch(layout.node(id), AddWatchMode.PERSISTENT).onSuccess(watching -> touch(id));
  }

  private Future<?> watchGroup(String group) {
    if (!watched.add(group)) {
      return Future.succeededFuture();
    }
    List<String> trees = List.of(layout.group(group), layout.marks(group));
    return all(trees, tree -> client.watch(tree, AddWatchMode.PERSISTENT_RECURSIVE))
        .compose(
            watching -> {
              // Whoever is not listed any more has gone: that is to be read, too.
              picture.known(group).forEach(dirty::add);
              return all(trees, tree -> listMembers(group, tree));
            });
  }

  private Future<?> listMembers(String group, String tree) {
    return client
        .children(tree)
        .onSuccess(
            names ->
                names.forEach(name -> ZooKeeperLayout.member(group, name).ifPresent(dirty::add)));
  }

  /** Hears of an event. */
  void changed(EventType type, String path) {
    if (type == EventType.NodeChildrenChanged) {
      if (path.equals(layout.groups())) {
        list(listGroups());
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

  private void list(Future<?> listing) {
    long mine = connection;
    listings++;
    listing.onComplete(
        result -> {
          if (mine != connection) {
            return;
          }
          listings--;
          if (result.succeeded()) {
            outages.succeeded();
          } else {
            incomplete = true;
            outages.failed(result.cause());
          }
          read();
        });
  }

  /** Repeats what could not be done. */
  void retry() {
    if (connected && incomplete && listings == 0) {
      connected();
    } else {
      read();
    }
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
    all(batch, id -> read(id, mine))
        .onComplete(
            result -> {
              if (mine == connection) {
                reading = false;
                news.run();
                if (result.succeeded()) {
                  read();
                } else {
                  // Read again with the next poll.
                  dirty.addAll(batch);
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
              // An event that came meanwhile is newer than what was read.
              if (mine == connection && !dirty.contains(id)) {
                picture.saw(id, presence);
              }
            })
        .<Void>mapEmpty()
        .recover(failure -> forbidden(id, failure));
  }

  private Future<Void> forbidden(MemberId id, Throwable failure) {
    if (!ZooKeeperClient.is(failure, Code.NOAUTH)) {
      return Future.failedFuture(failure);
    }
    if (unreadable.add(id)) {
      LOG.warn("Backend {}: may not read the node of {}", settings.backend(), id);
    }
    return Future.succeededFuture();
  }

  /** Completes when everything that an event told of has been read, or cannot be. */
  Future<Void> settled() {
    if (!connected || (!reading && listings == 0 && dirty.isEmpty())) {
      return Future.succeededFuture();
    }
    if (settled == null) {
      settled = Promise.promise();
    }
    return settled.future();
  }

  private void settle() {
    Promise<Void> waiting = settled;
    if (waiting != null && (!connected || listings == 0)) {
      settled = null;
      waiting.complete();
    }
  }

  private static <T> Future<?> all(Iterable<T> items, Function<T, Future<?>> work) {
    List<Future<?>> under = new ArrayList<>();
    items.forEach(item -> under.add(work.apply(item)));
    return Future.join(under);
  }
}
