package io.servicegroup.backend.memcached;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.Roster;
import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.liveness.StoredBeats;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads every server in one round trip: its canary, the own keys of members that it stores, and on
 * the first server tooz's keys. The members of a server that cannot be proved to answer are
 * unwitnessed; where no server can, the poll fails.
 */
final class MemcachedPoller {

  /**
   * The most further round trips of a poll: after the list of groups come the groups, then their
   * members.
   */
  private static final int MOST_ROUNDS = 2;

  private final List<MemcachedNode> nodes;
  private final Roster roster;
  private final MemcachedMembers own;
  private final MemcachedToozMembers tooz;
  private final StoredBeats stored;
  private Map<String, MemcachedItem> last = Map.of();

  MemcachedPoller(
      String backend,
      List<MemcachedNode> nodes,
      Roster roster,
      MemcachedMembers own,
      MemcachedToozMembers tooz) {
    this.stored = new StoredBeats(backend);
    this.nodes = nodes;
    this.roster = roster;
    this.own = own;
    this.tooz = tooz;
  }

  Future<Observation> poll() {
    List<Map<String, MemberId>> members = members();
    List<Future<Map<String, MemcachedItem>>> answers = new ArrayList<>();
    for (int server = 0; server < nodes.size(); server++) {
      MemcachedNode node = nodes.get(server);
      List<String> keys = new ArrayList<>(members.get(server).keySet());
      if (server == 0) {
        Set<String> more = tooz.keys(last);
        keys.addAll(more);
        answers.add(node.poll(keys).compose(answer -> complete(answer, more, MOST_ROUNDS)));
      } else {
        answers.add(node.poll(keys));
      }
    }
    return Future.join(answers)
        .transform(
            done -> {
              boolean all = answers.stream().allMatch(Future::failed);
              return all
                  ? Future.failedFuture(answers.get(0).cause())
                  : Future.succeededFuture(observe(members, answers));
            });
  }

  /** The own keys to read from each server, with their members. */
  private List<Map<String, MemberId>> members() {
    List<Map<String, MemberId>> members = new ArrayList<>();
    nodes.forEach(node -> members.add(new LinkedHashMap<>()));
    roster.members().stream().map(Member::id).forEach(id -> place(id, members));
    tooz.strangers().forEach(id -> place(id, members));
    return members;
  }

  private void place(MemberId id, List<Map<String, MemberId>> members) {
    String key = MemcachedKeys.own(id);
    members.get(MemcachedKeys.server(key, nodes.size())).put(key, id);
  }

  /**
   * Reads the keys that an answer named: the groups of the list, then the members of the groups.
   */
  private Future<Map<String, MemcachedItem>> complete(
      Map<String, MemcachedItem> answer, Set<String> asked, int rounds) {
    List<String> more = tooz.keys(answer).stream().filter(key -> !asked.contains(key)).toList();
    if (more.isEmpty() || rounds == 0) {
      return Future.succeededFuture(answer);
    }
    asked.addAll(more);
    return nodes
        .get(0)
        .polls()
        .get(more)
        .compose(
            found -> {
              Map<String, MemcachedItem> all = new HashMap<>(answer);
              all.putAll(found);
              return complete(all, asked, rounds - 1);
            });
  }

  private Observation observe(
      List<Map<String, MemberId>> members, List<Future<Map<String, MemcachedItem>>> answers) {
    List<Beat> beats = new ArrayList<>();
    List<Beat> held = new ArrayList<>();
    List<Absence> gone = new ArrayList<>();
    List<MemberId> unwitnessed = new ArrayList<>();
    boolean dataLost = false;
    for (int server = 0; server < nodes.size(); server++) {
      Future<Map<String, MemcachedItem>> answer = answers.get(server);
      tell(nodes.get(server), answer);
      if (answer.failed()) {
        unwitnessed.addAll(members.get(server).values());
      } else {
        dataLost |= nodes.get(server).takeLost();
        read(members.get(server), answer.result(), beats, gone);
      }
    }
    Future<Map<String, MemcachedItem>> first = answers.get(0);
    if (first.failed()) {
      tooz.interrupted(false);
      unwitnessed.addAll(tooz.held());
    } else {
      if (dataLost) {
        tooz.interrupted(true);
      }
      last = first.result();
      tooz.observe(last, held, gone);
    }
    return new Observation(beats, held, gone, unwitnessed, dataLost);
  }

  /**
   * Logs the outage of one of several servers; the outage of a single server is logged by the
   * verticle.
   */
  private void tell(MemcachedNode node, Future<Map<String, MemcachedItem>> answer) {
    if (nodes.size() > 1 && answer.failed()) {
      node.outages().failed(answer.cause());
    } else if (nodes.size() > 1) {
      node.outages().succeeded();
    }
  }

  private void read(
      Map<String, MemberId> members,
      Map<String, MemcachedItem> items,
      List<Beat> beats,
      List<Absence> gone) {
    members.forEach(
        (key, id) -> {
          MemcachedItem item = items.get(key);
          StoredBeat beat = item == null ? null : parse(id, key, item);
          if (beat == null) {
            return;
          }
          own.found(id, beat);
          if (beat.isAlive()) {
            beats.add(beat.beat(id));
          } else {
            gone.add(beat.absence(id));
          }
        });
  }

  private StoredBeat parse(MemberId id, String key, MemcachedItem item) {
    return stored.read(id, key, item.text()).orElse(null);
  }
}
