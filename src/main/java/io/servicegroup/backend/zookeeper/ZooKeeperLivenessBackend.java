package io.servicegroup.backend.zookeeper;

import io.servicegroup.bus.Concerns;
import io.servicegroup.liveness.AdaptiveTimeout;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.runtime.OnContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps liveness in one session per agent: a member is present while its ephemeral node exists.
 * ZooKeeper's client keeps the session alive; nodes are written only when they change.
 */
final class ZooKeeperLivenessBackend implements LivenessBackend {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperLivenessBackend.class);
  private static final Duration FIRST_CONTACT = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final ZooKeeperOptions options;
  private final ZooKeeperLayout layout;
  private final ZooKeeperSession session;
  private final ZooKeeperClient client;
  private final ZooKeeperObservations observations;
  private final ZooKeeperUnreadable unreadable;
  private final ZooKeeperReader reader;
  private final ZooKeeperWriter writer;
  private final ZooKeeperMarkCleaner markCleaner;
  private final ZooKeeperStalled stalled;
  private final ZooKeeperDataLoss dataLoss = new ZooKeeperDataLoss();
  private final Roster roster;
  private final AdaptiveTimeout pollTimeout;
  private final Duration writeBound;
  private final Duration serviceDownTime;
  private final String backend;
  private boolean saidTimeout;

  /**
   * Whether the connection was lost since the previous poll: meanwhile the servers may have expired
   * sessions of other agents that could not reach them either.
   */
  private boolean interrupted;

  ZooKeeperLivenessBackend(Vertx vertx, LivenessSettings settings) {
    this.vertx = vertx;
    options = new ZooKeeperOptions(settings);
    layout = new ZooKeeperLayout(settings.uri());
    roster = new Roster(settings);
    session = new ZooKeeperSession(vertx, settings.backend(), options, new Events());
    client = new ZooKeeperClient(vertx, session, options);
    observations = new ZooKeeperObservations(settings, roster);
    Concerns concerns = Concerns.ofBackend(vertx, settings.backend());
    unreadable = new ZooKeeperUnreadable(concerns);
    reader =
        new ZooKeeperReader(client, layout, settings, roster, observations, unreadable, concerns);
    writer =
        new ZooKeeperWriter(
            session, client, layout, reader, observations, roster, settings, concerns);
    markCleaner = new ZooKeeperMarkCleaner(client, layout, settings);
    stalled = new ZooKeeperStalled(session, client, layout, settings.agent());
    pollTimeout =
        new AdaptiveTimeout(AdaptiveTimeout.half(settings.pollInterval()), settings.longestCall());
    writeBound = settings.longestCall();
    serviceDownTime = settings.serviceDownTime();
    backend = settings.backend();
  }

  @Override
  public Future<Void> open(Runnable news) {
    reader.onNews(news);
    return OnContext.within(vertx, FIRST_CONTACT.toMillis(), session.open())
        .recover(
            failure ->
                Future.failedFuture(new VertxException(options.why(failure, FIRST_CONTACT), true)))
        .compose(connected -> client.ensure(layout.groups()))
        .compose(there -> client.ensure(layout.marks()))
        .compose(there -> client.get(layout.groups()))
        .mapEmpty();
  }

  @Override
  public void catalogued(CatalogEvent event) {
    roster.catalogued(event);
    boolean deleted = event.type() == CatalogEvent.Type.DELETED;
    observations.catalogued(event.member().id(), deleted);
    if (deleted) {
      unreadable.remove(event.member().id());
    }
    reader.catalogued(event.member().id());
    markCleaner.catalogued(event);
  }

  @Override
  public Future<Written> write(List<Heartbeat> members, List<Heartbeat> left) {
    // The session's own pings are the beat; a sync proves that the servers answer.
    Future<Void> proof = client.sync(layout.groups());
    Future<Written> written = writer.write(members, left).map(Written::new);
    return client.within(writeBound, Future.join(written, proof).map(all -> all.resultAt(0)));
  }

  @Override
  public Future<Observation> poll() {
    return pollTimeout.call(this::poll);
  }

  private Future<Observation> poll(Duration bound) {
    long end = System.nanoTime() + bound.toNanos();
    // A sync goes through the leader, as the pings that keep a session alive do.
    Future<Void> synced = client.sync(layout.groups());
    Future<ZooKeeperClient.Found> root = client.get(layout.groups());
    return client
        .within(bound, synced.compose(done -> root))
        .map(found -> dataLoss.isShownBy(found, session.zxid()))
        .compose(
            lost -> {
              reader.retry();
              return upTo(end, markCleaner.removeDue().compose(removed -> reader.settled()))
                  .map(settled -> observe(lost));
            });
  }

  private Observation observe(boolean dataLost) {
    Observation seen = observations.observe();
    boolean away = interrupted;
    interrupted = false;
    return new Observation(
        seen.beats(), seen.held(), seen.gone(), unreadable.all(), dataLost, away);
  }

  /** Waits for work until a time; what is not read by then is seen by a later poll. */
  private Future<Void> upTo(long endNanos, Future<Void> work) {
    long left = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
    return left <= 0
        ? Future.succeededFuture()
        : OnContext.within(vertx, left, work).otherwiseEmpty();
  }

  @Override
  public Future<Void> stalled(Duration validity) {
    return client.within(writeBound, stalled.say(validity));
  }

  @Override
  public Future<Void> resumed() {
    return client.within(writeBound, stalled.withdraw());
  }

  @Override
  public Future<Set<String>> stalledAmong(Set<String> agents) {
    return client.within(writeBound, stalled.among(agents));
  }

  @Override
  public Future<Void> release() {
    writer.rest();
    return session.renew();
  }

  @Override
  public Optional<Runnable> lifeline() {
    return Optional.of(session::cut);
  }

  @Override
  public Future<Void> close() {
    Future<Void> removed =
        session.isConnected() ? markCleaner.removeOwn() : Future.<Void>succeededFuture();
    return OnContext.within(vertx, pollTimeout.bound().toMillis(), removed)
        .otherwiseEmpty()
        .eventually(session::close);
  }

  /** The session's credentials, for tests that end it from elsewhere; only while connected. */
  ZooKeeperConnection.Credentials credentials() {
    return session.credentials();
  }

  private final class Events implements ZooKeeperSession.Listener {

    @Override
    public void granted(int millis) {
      if (saidTimeout) {
        return;
      }
      saidTimeout = true;
      boolean asked = millis == options.timeoutMillis();
      // The warning names both the resulting time and the option that sets it, for operators who
      // set the option long ago and now look at service_down_time only.
      String why =
          asked
              ? "set the option timeout to service_down_time, or leave it out"
              : "asked for were %d ms, but the servers allow 2 to 20 times their tickTime, or what"
                      .formatted(options.timeoutMillis())
                  + " their minSessionTimeout and maxSessionTimeout say";
      if (millis > serviceDownTime.toMillis()) {
        LOG.warn(
            "Backend {}: a session ends only after {} ms, later than service_down_time ({} ms): an"
                + " agent that dies is DOWN no sooner; {}",
            backend,
            millis,
            serviceDownTime.toMillis(),
            why);
      } else if (millis < serviceDownTime.toMillis()) {
        LOG.info(
            "Backend {}: a session ends after {} ms, before service_down_time ({} ms): who dies or"
                + " is cut off for so long is DOWN (session_expired) by then{}",
            backend,
            millis,
            serviceDownTime.toMillis(),
            asked ? "" : "; " + why);
      } else if (!asked) {
        LOG.warn("Backend {}: a session ends after {} ms: {}", backend, millis, why);
      }
    }

    @Override
    public void connected() {
      reader.connected();
      // A new session has no nodes; they are created now rather than with the next beat.
      writer
          .again()
          .onFailure(failure -> LOG.debug("The members are written with the next beat", failure));
    }

    @Override
    public void disconnected() {
      interrupted = true;
      reader.disconnected();
    }

    @Override
    public void changed(EventType type, String path) {
      reader.changed(type, path);
    }
  }
}
