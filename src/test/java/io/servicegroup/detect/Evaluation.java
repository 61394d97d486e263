package io.servicegroup.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.detect.EvaluatorSettings.Rule;
import io.servicegroup.model.Absence;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.testkit.Members;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** An evaluator with a hand on each of its inputs, for tests that read like a story. */
final class Evaluation {

  static final long DOWN_TIME = 15_000;
  static final long POLL = 1_000;

  final LivenessEvaluator evaluator;
  final List<StatusChange> changes = new ArrayList<>();
  Instant now = Instant.parse("2026-11-22T07:00:00Z");

  Evaluation(UnaryOperator<EvaluatorSettings> change, String... backends) {
    EvaluatorSettings settings =
        new EvaluatorSettings(
            List.of(backends), Rule.ALL, DOWN_TIME, Map.of(), 5_000, POLL, 0.5, 5, DOWN_TIME);
    evaluator = new LivenessEvaluator("epoch", change.apply(settings));
  }

  static Evaluation of(String... backends) {
    return new Evaluation(settings -> settings, backends);
  }

  /** Of the group compute, or of the one that stands before a slash. */
  static MemberId id(String host) {
    int slash = host.indexOf('/');
    return new MemberId(
        slash < 0 ? "compute" : host.substring(0, slash), host.substring(slash + 1));
  }

  /** The rule for several backends. */
  static UnaryOperator<EvaluatorSettings> rule(Rule rule) {
    return s ->
        new EvaluatorSettings(
            s.backends(),
            rule,
            s.serviceDownTime(),
            s.groupDownTimes(),
            s.reportInterval(),
            s.pollInterval(),
            s.massShare(),
            s.massMinWriters(),
            s.massHold());
  }

  /** Groups whose members beat at another pace. */
  static UnaryOperator<EvaluatorSettings> groups(Map<String, Long> downTimes) {
    return s ->
        new EvaluatorSettings(
            s.backends(),
            s.rule(),
            s.serviceDownTime(),
            downTimes,
            s.reportInterval(),
            s.pollInterval(),
            s.massShare(),
            s.massMinWriters(),
            s.massHold());
  }

  static Incarnation life(int generation) {
    return generation == 0 ? null : new Incarnation(generation, "x");
  }

  /** A member of an agent of its own, recorded as beating through the backends. */
  static Member member(String host, int generation, boolean forcedDown, String... backends) {
    return memberOf("agent-of-" + host, host, generation, forcedDown, backends);
  }

  static Member memberOf(
      String agent, String host, int generation, boolean forcedDown, String... backends) {
    return Members.of(id(host))
        .uuid("uuid")
        .forcedDown(forcedDown)
        .incarnation(life(generation))
        .agent(agent)
        .backends(backends)
        .build();
  }

  /**
   * The evaluator knows m1 to be up, by the beat with count 2 of its first life, at clock 1,000.
   */
  void m1IsUp() {
    know(member("m1", 1, false, "pg"));
    look("pg", 0).beat("m1", 1, 1).told();
    assertThat(look("pg", 1_000).beat("m1", 1, 2).told()).containsExactly("m1 UP initial");
  }

  List<StatusChange> know(Member member) {
    return add(evaluator.member(member, false, now));
  }

  List<StatusChange> join(Member member) {
    return add(evaluator.member(member, true, now));
  }

  List<StatusChange> delete(String host) {
    return add(evaluator.deleted(id(host), now));
  }

  Look look(String backend, long clock) {
    return new Look(backend, clock);
  }

  /** Reachable, or out for so long that it is an outage. */
  List<StatusChange> reachable(String backend, boolean reachable) {
    List<StatusChange> told = new ArrayList<>(state(backend, reachable));
    if (!reachable) {
      told.addAll(add(evaluator.out(backend, now)));
    }
    return told;
  }

  /** One round trip failed. */
  List<StatusChange> hiccup(String backend) {
    return state(backend, false);
  }

  List<StatusChange> state(String backend, boolean reachable) {
    BackendState.State state =
        reachable ? BackendState.State.REACHABLE : BackendState.State.UNREACHABLE;
    return add(evaluator.backendState(new BackendState(backend, state, now, null), now));
  }

  MemberView view(String host) {
    return evaluator.snapshot(MemberFilter.ALL).members().stream()
        .filter(view -> view.member().id().equals(id(host)))
        .findFirst()
        .orElseThrow();
  }

  Status status(String host) {
    return view(host).verdict().status();
  }

  /** What changed, as "host STATUS reason". */
  static List<String> told(List<StatusChange> changes) {
    return changes.stream()
        .map(change -> change.id().host() + " " + change.status() + " " + change.reason().text())
        .toList();
  }

  private List<StatusChange> add(List<StatusChange> more) {
    changes.addAll(more);
    return more;
  }

  /** One message of a liveness verticle. */
  final class Look {
    private final String backend;
    private final long clock;
    private final List<Beat> beats = new ArrayList<>();
    private final List<Beat> held = new ArrayList<>();
    private final Map<MemberId, Long> ages = new HashMap<>();
    private final List<Absence> gone = new ArrayList<>();
    private final List<MemberId> unwitnessed = new ArrayList<>();
    private boolean hiccup;
    private long reached = Sightings.NOT_TOLD;

    private Look(String backend, long clock) {
      this.backend = backend;
      this.clock = clock;
    }

    Look beat(String host, int generation, long count) {
      beats.add(new Beat(id(host), life(generation), count));
      return this;
    }

    /** A beat that was written some milliseconds before. */
    Look beat(String host, int generation, long count, long age) {
      ages.put(id(host), age);
      return beat(host, generation, count);
    }

    Look held(String host, int generation, long count) {
      held.add(new Beat(id(host), life(generation), count));
      return this;
    }

    Look gone(String host, int generation, long count, Absence.Cause cause) {
      gone.add(new Absence(id(host), life(generation), count, cause));
      return this;
    }

    Look unwitnessed(String host) {
      unwitnessed.add(id(host));
      return this;
    }

    /** A round trip or the connection was missed before it. */
    Look hiccup() {
      hiccup = true;
      return this;
    }

    /** For how long the backend was reached. */
    Look reached(long millis) {
      reached = millis;
      return this;
    }

    /** Begins the message again, after it was told in the middle. */
    void clear() {
      beats.clear();
      held.clear();
      gone.clear();
      unwitnessed.clear();
    }

    List<String> told() {
      return Evaluation.told(
          add(
              evaluator.sightings(
                  new Sightings(
                      backend, clock, beats, held, gone, unwitnessed, hiccup, reached, ages),
                  now)));
    }
  }
}
