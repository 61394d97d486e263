package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.DOWN;
import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;
import static io.servicegroup.faults.Timing.REPORT;

import io.servicegroup.faults.BackendNews.Told;
import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.Journal;
import io.vertx.core.json.JsonObject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Three agents on one backend: the <em>sidecar</em> beats for 20 members, the <em>observer</em>,
 * behind a proxy, watches everybody. Something breaks, during which the third, the <em>victim</em>,
 * is killed, where a scenario says so. Nobody else may change, and both agents tell of their
 * backend what there is to tell.
 */
final class FalseAlarms implements AutoCloseable {

  private static final int MEMBERS = 20;
  private static final String VICTIM = "others/victim";

  final Site site;
  private final AgentProcess observer;
  private final AgentProcess sidecar;
  private final AgentProcess victim;
  private final BackendNews observerNews;
  private final BackendNews sidecarNews;
  private boolean killing;
  private int seenMark;
  private int ownMark;

  /** Agents with the usual interval. */
  FalseAlarms(Technology technology) {
    this(new Site(technology), REPORT, null);
  }

  /** With an interval of the sidecar's own. */
  FalseAlarms(Technology technology, Duration reportInterval) {
    this(new Site(technology), reportInterval, null);
  }

  /** With a sidecar whose clock is an hour ahead of everybody else's. */
  static FalseAlarms clocksApart(Technology technology) {
    return new FalseAlarms(new Site(technology), REPORT, "+3600s");
  }

  /** Starts the sidecar, its clock off or right (null), and the observer; all are up then. */
  private FalseAlarms(Site site, Duration reportInterval, String clock) {
    this.site = site;
    JsonObject config = site.sidecar("compute", Configs.names("host", MEMBERS));
    config.getJsonObject("liveness").put("report_interval", reportInterval.toMillis() + "ms");
    sidecar = AgentProcess.of(config);
    if (clock != null) {
      sidecar.clock(clock);
    }
    observer = AgentProcess.of(site.proxiedObserver());
    victim = AgentProcess.of(site.sidecar("others", List.of("victim")));
    observer.start();
    sidecar.start();
    observer.await(0, MEMBERS, change -> change.status().equals("UP"), PATIENCE);
    // Its own verdicts may come before its stream of events is open.
    awaitOwnUp();
    seenMark = observer.changes().mark();
    ownMark = sidecar.changes().mark();
    observerNews = new BackendNews(observer, site.technology.backend());
    sidecarNews = new BackendNews(sidecar, site.technology.backend());
  }

  private void awaitOwnUp() {
    sidecar.await("own members that are up", this::ownUp, up -> up >= MEMBERS);
    sidecar.changes().during(REPORT);
  }

  private int ownUp() {
    String list = sidecar.get("/v1/groups/compute/members?status=UP").body();
    return new JsonObject(list).getJsonArray("members").size();
  }

  Result backendStopped(Duration time) throws Exception {
    return run(
        "stopped",
        losingAll(Expected.everywhere(1, 1), site.technology.losesWhenStopped()),
        () -> {
          site.server().stop();
          pass(time);
          site.server().start();
          return "";
        });
  }

  Result backendKilled(Duration time) throws Exception {
    return run(
        "killed",
        losingAll(Expected.everywhere(1, 1), site.technology.losesWhenKilled()),
        () -> {
          site.server().kill();
          pass(time);
          site.server().start();
          return "";
        });
  }

  Result backendEmptied() throws Exception {
    return run(
        "restarted empty",
        Expected.everywhere(0, 1).losing(1, 1),
        () -> {
          site.server().stop();
          site.server().startEmpty();
          return "";
        });
  }

  Result backendHung(Duration time) throws Exception {
    return run(
        "hung (SIGSTOP)",
        Expected.everywhere(1, 1),
        () -> {
          site.server().pause();
          pass(time);
          site.server().resume();
          return "";
        });
  }

  Result backendRestarted(int times) throws Exception {
    Expected outages = Expected.everywhere(0, times);
    return run(
        "restarted",
        site.technology.losesWhenStopped() ? outages.losing(1, times) : outages,
        () -> {
          for (int i = 0; i < times; i++) {
            site.server().stop();
            site.server().start();
            pass(REPORT);
          }
          return ", " + times + " times";
        });
  }

  /** Whether it notices that calls ran out of time while it was stopped is chance. */
  Result observerPaused(Duration time) throws Exception {
    return run(
        "observer stopped (SIGSTOP)",
        site.technology.whileTheObserverIsPaused(),
        () -> {
          observer.process().signal("STOP");
          pass(time);
          observer.process().signal("CONT");
          return "";
        });
  }

  Result observerHung(Duration time) throws Exception {
    return observerBehind("observer's connection hung", site.proxy()::hang, time);
  }

  Result observerHalfOpen(Duration time) throws Exception {
    return observerBehind("observer's connection half open", site.proxy()::hangAnswers, time);
  }

  Result observerCutOff(Duration time) throws Exception {
    return observerBehind("observer's connection refused", site.proxy()::refuse, time);
  }

  private Result observerBehind(String scenario, Runnable network, Duration time) throws Exception {
    return run(
        scenario,
        Expected.atTheObserver(1, 1),
        () -> {
          network.run();
          pass(time);
          site.proxy().pass();
          return "";
        });
  }

  /** In the next scenario, somebody dies when the fault begins, and is to be found. */
  FalseAlarms killing() {
    killing = true;
    return this;
  }

  private static Expected losingAll(Expected outages, boolean loses) {
    return loses ? outages.losing(1, 1) : outages;
  }

  /** The fault: causes it, lets time pass, ends it. */
  interface Fault {
    String run() throws SQLException;
  }

  /**
   * Counts from where the scenario before stopped counting, so that nothing falls between two, and
   * until whoever was heard last before the fault's end would have been declared down.
   */
  Result run(String scenario, Expected expected, Fault fault) throws SQLException {
    Journal<Change> seen = observer.changes();
    boolean kills = killing;
    killing = false;
    int killed = kills ? killVictim() : 0;
    long started = System.nanoTime();
    String detail = fault.run();
    long ended = System.nanoTime();
    Optional<Change> found = kills ? awaitFound(killed) : Optional.empty();
    Duration since = Duration.ofNanos(System.nanoTime() - ended);
    Duration rest = LATEST_DOWN.plus(REPORT).minus(since);
    pass(rest.compareTo(REPORT) > 0 ? rest : REPORT);
    List<Change> wrong = new ArrayList<>(seen.since(seenMark));
    seenMark += wrong.size();
    if (kills) {
      // Once up when it joined, once down when it died; a second time would be wrong.
      removeFirst(wrong, "UP");
      removeFirst(wrong, "DOWN");
    }
    List<Change> own = sidecar.changes().since(ownMark);
    ownMark += own.size();
    wrong.addAll(own);
    List<String> faults = new ArrayList<>();
    if (!wrong.isEmpty()) {
      faults.add("changes of members that lived: " + wrong);
    }
    String counted =
        "fault of %.1f s, %d false status changes%s"
            .formatted(
                Duration.ofNanos(ended - started).toMillis() / 1000.0,
                wrong.size(),
                kills ? check(found, ended, faults) : "");
    return result(scenario + detail, counted, expected, faults);
  }

  private int killVictim() {
    int joined = observer.changes().mark();
    victim.start();
    observer.await(joined, 1, change -> change.is(VICTIM, "UP"), PATIENCE);
    int killed = observer.changes().mark();
    victim.process().kill();
    return killed;
  }

  private Optional<Change> awaitFound(int killed) {
    return observer
        .changes()
        .await(killed, 1, change -> change.is(VICTIM, "DOWN"), DOWN.multipliedBy(4))
        .stream()
        .findFirst();
  }

  private static void removeFirst(List<Change> changes, String status) {
    changes.stream().filter(c -> c.is(VICTIM, status)).findFirst().ifPresent(changes::remove);
  }

  /** When the member that died was found. */
  private String check(Optional<Change> found, long ended, List<String> faults) {
    if (found.isEmpty()) {
      faults.add("the member that died was not found");
      return ", the dead member found never";
    }
    Duration after = found.get().after(ended);
    if (after.compareTo(site.technology.foundAfterOutage()) > 0) {
      faults.add("the member that died was found too late");
    }
    return ", the dead member found %.1f s after its end".formatted(after.toMillis() / 1000.0);
  }

  private Result result(String scenario, String counted, Expected expected, List<String> faults) {
    Told observed = observerNews.next();
    Told own = sidecarNews.next();
    expected.check(observed, own, faults);
    if (!faults.isEmpty()) {
      faults.add("the observer's log:\n    " + observerNews.log());
      faults.add("the sidecar's log:\n    " + sidecarNews.log());
    }
    return new Result(
        site.technology.text() + ", " + scenario,
        "%s; observer: %s; sidecar: %s".formatted(counted, observed, own),
        faults);
  }

  /** Time in which the changes are left to come. */
  void pass(Duration time) {
    observer.changes().during(time);
  }

  @Override
  public void close() {
    victim.close();
    sidecar.close();
    observer.close();
    site.close();
  }
}
