package io.servicegroup.backend.redis;

import io.servicegroup.bus.Concerns;
import io.servicegroup.config.BackendUri.Host;
import io.servicegroup.liveness.AdaptiveTimeout;
import io.servicegroup.liveness.ClientPair;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps beats as expiring keys of Redis: tooz's heartbeat keys, and beside each a key of our own.
 * Beats, polls and notifications each have a connection of their own, so that none waits for
 * another.
 */
final class RedisLivenessBackend implements LivenessBackend {

  private static final Logger LOG = LoggerFactory.getLogger(RedisLivenessBackend.class);
  private static final Duration FIRST_CONTACT = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final LivenessSettings settings;
  private final Roster roster;

  /**
   * The own keys of the roster's members. Announcements of other keys are ignored, because an agent
   * that stops announces each of its members, which may be a thousand.
   */
  private final Set<String> followed = new HashSet<>();

  private final RedisKeys keys;
  private final RedisConnector connector;
  private final ClientPair<RedisClient> beats;
  private final RedisClient polls;
  private final RedisNotifications announcements;
  private final RedisLivenessWriter writer;
  private final RedisLivenessPoller poller;
  private Runnable news = () -> {};
  private boolean opened;
  private long masterCheck = -1;

  RedisLivenessBackend(Vertx vertx, LivenessSettings settings) {
    RedisAddress address = new RedisAddress(settings.uri());
    this.vertx = vertx;
    this.settings = settings;
    this.roster = new Roster(settings);
    this.keys = new RedisKeys(address.namespace());
    this.connector = new RedisConnector(vertx, address, settings.reportInterval());
    this.beats =
        new ClientPair<>(
            () -> new RedisClient(connector, settings.longestCall()), RedisClient::drop);
    this.polls = new RedisClient(connector, AdaptiveTimeout.half(settings.pollInterval()));
    this.announcements =
        new RedisNotifications(
            vertx, connector, keys.news(), FIRST_CONTACT, this::announce, this::announced);
    RedisGroups tooz = new RedisGroups(Concerns.ofBackend(vertx, settings.backend()), keys);
    this.writer = new RedisLivenessWriter(beats, keys, roster, announcements, settings, tooz);
    this.poller = new RedisLivenessPoller(polls, keys, settings, roster, writer, tooz);
  }

  @Override
  public Future<Void> open(Runnable onNews) {
    news = onNews;
    return beats
        .first()
        .run(FIRST_CONTACT, RedisCall::requireMaster)
        .onSuccess(master -> start())
        .mapEmpty();
  }

  /** Starts the notifications without waiting for them: they only hasten polls. */
  private void start() {
    if (opened) {
      return;
    }
    opened = true;
    if (connector.hasSentinels()) {
      masterCheck = vertx.setPeriodic(settings.reportInterval().toMillis(), id -> followMaster());
    }
    // A poll finds what was announced before the subscription.
    announcements
        .start()
        .onSuccess(
            started -> {
              if (announcements.isListening()) {
                news.run();
              }
            })
        .onFailure(failure -> LOG.debug("No announcements of {}", connector));
  }

  /**
   * Asks the Sentinels regularly for the master, because a master that is cut off from its
   * Sentinels goes on answering while everybody else has moved to another.
   */
  private void followMaster() {
    connector
        .master(AdaptiveTimeout.half(settings.reportInterval()))
        .onSuccess(
            master -> {
              polls.keepOnly(master);
              goTo(master);
            })
        .onFailure(failure -> LOG.debug("No Sentinel of {} answers", connector, failure));
  }

  private void goTo(Host master) {
    if (master != null) {
      beats.each(client -> client.keepOnly(master));
      announcements.keepOnly(master);
    }
  }

  private Future<?> announce(Request announcement) {
    // Only the first of the two connections for beats: a repeated beat on the second waits until
    // the first is late, and an announcement would delay it.
    return beats.first().run(call -> call.ask(announcement));
  }

  private void announced(String key) {
    if (key.equals(RedisNotifications.RESYNC) || followed.contains(key) || isWatched(key)) {
      news.run();
    }
  }

  private boolean isWatched(String key) {
    return settings.watch() instanceof Watch.Groups some
        ? some.names().stream().anyMatch(group -> keys.isOwnOf(group, key))
        : settings.watch().equals(Watch.ALL);
  }

  @Override
  public void catalogued(CatalogEvent event) {
    roster.catalogued(event);
    MemberId id = event.member().id();
    if (roster.get(id) == null) {
      followed.remove(keys.own(id));
    } else {
      followed.add(keys.own(id));
    }
  }

  @Override
  public Future<Written> write(List<Heartbeat> members, List<Heartbeat> left) {
    return writer
        .write(members, left)
        .onSuccess(
            written -> {
              boolean heard = announcements.isAnnouncing() && announcements.isListening();
              if ((written.news() && !heard) || written.surprised()) {
                news.run();
              }
            })
        .map(written -> new Written(written.conflicts(), written.seen()));
  }

  @Override
  public Future<Observation> poll() {
    // A poll proves the path to the server that answered it, so beats go to that server too.
    return poller.poll().onSuccess(seen -> goTo(polls.host()));
  }

  @Override
  public Future<Void> stalled(Duration validity) {
    return poll(Request.cmd(Command.PSETEX)
            .arg(keys.stalled(settings.agent()))
            .arg(validity.toMillis())
            .arg("1"))
        .mapEmpty();
  }

  @Override
  public Future<Void> resumed() {
    return poll(Request.cmd(Command.DEL).arg(keys.stalled(settings.agent()))).mapEmpty();
  }

  @Override
  public Future<Set<String>> stalledAmong(Set<String> agents) {
    List<String> asked = List.copyOf(agents);
    Request request = Request.cmd(Command.MGET);
    asked.forEach(agent -> request.arg(keys.stalled(agent)));
    return poll(request)
        .map(
            found -> {
              Set<String> saying = new HashSet<>();
              for (int i = 0; i < asked.size(); i++) {
                if (found.get(i) != null) {
                  saying.add(asked.get(i));
                }
              }
              return saying;
            });
  }

  /** Sends a command on the connection of polls, which is free while beats wait for an answer. */
  private Future<Response> poll(Request request) {
    return polls.run(
        settings.longestCall(), call -> call.send(List.of(request)).map(answers -> answers.get(0)));
  }

  @Override
  public Future<Void> close() {
    vertx.cancelTimer(masterCheck);
    return poller
        .removeCanary()
        .eventually(
            () ->
                Future.join(announcements.stop(), beats.close(RedisClient::close), polls.close())
                    .otherwiseEmpty())
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }
}
