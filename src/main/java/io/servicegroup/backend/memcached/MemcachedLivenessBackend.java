package io.servicegroup.backend.memcached;

import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import io.servicegroup.runtime.OnContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps beats as keys that expire. Our own keys are spread over all servers; tooz's keys are on the
 * first server, the only one that tooz uses. memcached has no notifications: polls find everything.
 */
final class MemcachedLivenessBackend implements LivenessBackend {

  private static final Logger LOG = LoggerFactory.getLogger(MemcachedLivenessBackend.class);
  private static final Duration SETTLE = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final LivenessSettings settings;
  private final MemcachedConnector connector;
  private final List<MemcachedNode> nodes;
  private final Roster roster;
  private final MemcachedWriter writer;
  private final MemcachedPoller poller;
  private Runnable news = () -> {};

  /** The lives of this agent's members that the last successful write stored. */
  private Map<MemberId, Life> written = Map.of();

  /** A member's incarnation and state as a write stored them; the count of beats is left out. */
  private record Life(Incarnation incarnation, Heartbeat.State state) {}

  MemcachedLivenessBackend(Vertx vertx, LivenessSettings settings) {
    this.vertx = vertx;
    this.settings = settings;
    this.connector = new MemcachedConnector(vertx, settings.uri());
    this.nodes =
        settings.uri().hosts().stream()
            .map(host -> new MemcachedNode(connector, host, settings))
            .toList();
    this.roster = new Roster(settings);
    MemcachedMembers members = new MemcachedMembers(roster);
    this.writer = new MemcachedWriter(vertx, settings, nodes, roster, members);
    this.poller =
        new MemcachedPoller(
            settings.backend(), nodes, roster, members, new MemcachedToozMembers(settings, roster));
  }

  @Override
  public Future<Void> open(Runnable onNews) {
    news = onNews;
    Duration timeout = settings.timeout();
    if (timeout.toMillis() % 1_000 != 0) {
      LOG.info(
          "Backend {}: memcached counts in whole seconds; beats live for {} s, not {} ms",
          settings.backend(),
          MemcachedKeys.seconds(timeout),
          timeout.toMillis());
    }
    return Future.any(nodes.stream().map(node -> node.polls().connected()).toList())
        .compose(connected -> poller.poll())
        .mapEmpty();
  }

  @Override
  public void catalogued(CatalogEvent event) {
    roster.catalogued(event);
    MemberId id = event.member().id();
    if (written.containsKey(id) && roster.get(id) != null && !beatsFor(roster.get(id))) {
      // Another agent took the member over: nobody but a poll tells when that agent's beats came.
      news.run();
    }
  }

  private boolean beatsFor(Member member) {
    Life life = written.get(member.id());
    return life != null && life.incarnation().equals(member.incarnation());
  }

  @Override
  public Future<Written> write(List<Heartbeat> members, List<Heartbeat> left) {
    Map<MemberId, Life> next =
        members.stream()
            .collect(
                Collectors.toMap(
                    Heartbeat::id, beat -> new Life(beat.incarnation(), beat.state())));
    return within(MemcachedNode.longestWrite(settings), writer.write(members, left))
        .onSuccess(
            done -> {
              boolean changed = !left.isEmpty() || !next.equals(written);
              written = next;
              if (changed && watchesOwn()) {
                news.run();
              }
            })
        .map(Written::new);
  }

  private boolean watchesOwn() {
    return settings.watch().equals(Watch.OWN);
  }

  @Override
  public Future<Observation> poll() {
    return within(longestPoll(), poller.poll())
        .map(seen -> isCalm() && seen.unwitnessed().isEmpty() ? seen.calmly() : seen);
  }

  /** Whether this agent alone writes beats for all members that it watches. */
  private boolean isCalm() {
    return watchesOwn() && roster.members().stream().allMatch(this::beatsFor);
  }

  private Duration longestPoll() {
    return nodes.stream()
        .map(MemcachedNode::bound)
        .max(Duration::compareTo)
        .orElse(settings.pollInterval());
  }

  /**
   * Bounds several calls together, because the sum of calls that are each in time may take too
   * long.
   */
  private <T> Future<T> within(Duration bound, Future<T> work) {
    long millis = bound.toMillis();
    return OnContext.within(vertx, millis, work)
        .recover(
            failure ->
                Future.failedFuture(
                    failure instanceof TimeoutException
                        ? new VertxException(
                            settings.uri() + ": did not answer within " + millis + " ms", true)
                        : failure));
  }

  @Override
  public Future<Void> stalled(Duration validity) {
    String key = MemcachedKeys.stalled(settings.agent());
    return node(key)
        .polls()
        .set(Map.of(key, MemcachedNode.bytes("1")), MemcachedKeys.seconds(validity));
  }

  @Override
  public Future<Void> resumed() {
    String key = MemcachedKeys.stalled(settings.agent());
    return node(key).polls().delete(List.of(key));
  }

  @Override
  public Future<Set<String>> stalledAmong(Set<String> agents) {
    Map<MemcachedNode, Map<String, String>> asked = new LinkedHashMap<>();
    for (String agent : agents) {
      String key = MemcachedKeys.stalled(agent);
      asked.computeIfAbsent(node(key), first -> new HashMap<>()).put(key, agent);
    }
    Set<String> saying = new HashSet<>();
    List<Future<Void>> reads = new ArrayList<>();
    asked.forEach(
        (node, keys) ->
            reads.add(
                node.polls()
                    .get(keys.keySet())
                    .<Void>map(
                        found -> {
                          found.keySet().forEach(key -> saying.add(keys.get(key)));
                          return null;
                        })
                    // The poll reports one of several servers that does not answer.
                    .recover(
                        failure ->
                            nodes.size() > 1
                                ? Future.succeededFuture()
                                : Future.failedFuture(failure))));
    return Future.join(reads).map(done -> saying);
  }

  private MemcachedNode node(String key) {
    return nodes.get(MemcachedKeys.server(key, nodes.size()));
  }

  @Override
  public Future<Void> close() {
    return OnContext.within(vertx, SETTLE.toMillis(), writer.settled())
        .eventually(() -> Future.join(nodes.stream().map(MemcachedNode::removeCanary).toList()))
        .eventually(
            () -> {
              nodes.forEach(MemcachedNode::close);
              return connector.close();
            })
        .otherwiseEmpty();
  }
}
