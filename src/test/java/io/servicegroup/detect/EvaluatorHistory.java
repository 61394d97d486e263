package io.servicegroup.detect;

import io.servicegroup.detect.EvaluatorSettings.Rule;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One random history of a small fleet with one to three backends, told to the evaluator and to the
 * {@link ReferenceEvaluator}, which have to agree after every step. Everything follows from the
 * seed.
 *
 * <p>Agents die and return, alone and together; sessions end; backends lose data, miss round trips,
 * go away and come back, or not; operators force and delete; members join again; the catalogue goes
 * back to older lives; beats and absences come late.
 */
public final class EvaluatorHistory {

  private static final int MEMBERS = 8;

  /** How many there are; most often two. */
  private static final int[] BACKENDS = {1, 2, 2, 2, 3};

  private static final double[] SHARES = {0.5, 0.5, 0.5, 0.5, 0.25, 0.01, 1};
  private static final long[] HOLDS = {15_000, 15_000, 15_000, 40_000, 1_000, 0};
  private static final Duration LONG_AGO = Duration.ofHours(2);

  private final long seed;
  private final Random random;
  private final Random agesAtRandom;
  private final List<String> backends;
  private final EvaluatorSettings settings;
  private final LivenessEvaluator evaluator;
  private final ReferenceEvaluator reference;
  private final List<Life> lives = new ArrayList<>();
  private final Map<String, Server> servers = new HashMap<>();
  private final List<Object> steps = new ArrayList<>();
  private final HistoryInvariants invariants;
  private Instant now = Instant.parse("2026-11-22T07:00:00Z");

  /** A member as it really is. */
  private static final class Life {
    final MemberId id;
    final String agent;
    final Set<String> backends;
    int generation = 1;
    long count = 1;
    boolean alive = true;
    boolean known;
    boolean forced;
    boolean present;

    Life(int number, List<String> all, Random random) {
      id = new MemberId(number % 3 == 2 ? "slow" : "compute", "m" + number);
      agent = number == 0 ? null : "agent-" + (number < 3 ? 1 : number);
      backends =
          number == 0 || random.nextInt(4) > 0
              ? Set.copyOf(all)
              : Set.of(all.get(random.nextInt(all.size())));
    }

    Incarnation incarnation() {
      return agent == null ? null : new Incarnation(generation, "x" + generation % 2);
    }
  }

  /** A backend as it really is. */
  private static final class Server {
    long clock;
    long reached;
    boolean away;
    boolean gone;
    boolean started;
  }

  /**
   * Makes one.
   *
   * @param seed from which everything follows
   */
  public EvaluatorHistory(long seed) {
    this.seed = seed;
    this.random = new Random(seed);
    this.agesAtRandom = new Random(~seed);
    this.backends = List.of("a", "b", "c").subList(0, BACKENDS[random.nextInt(BACKENDS.length)]);
    this.settings =
        new EvaluatorSettings(
            backends,
            random.nextBoolean() ? Rule.ALL : Rule.ANY,
            15_000,
            Map.of("slow", 40_000L),
            5_000,
            1_000,
            SHARES[random.nextInt(SHARES.length)],
            random.nextInt(4) == 0 ? 1 : 3,
            HOLDS[random.nextInt(HOLDS.length)]);
    this.evaluator = new LivenessEvaluator("epoch", settings);
    this.reference = new ReferenceEvaluator(settings, now);
    this.invariants = new HistoryInvariants(settings);
    backends.forEach(name -> servers.put(name, new Server()));
    for (int i = 0; i < MEMBERS; i++) {
      lives.add(new Life(i, backends, random));
    }
  }

  /**
   * Lives through so many steps, and then until everybody who is dead has to be known to be.
   *
   * @param number of steps
   * @return how many were taken
   */
  public int run(int number) {
    try {
      for (int i = 0; i < number; i++) {
        step();
      }
      end();
    } catch (Broken e) {
      throw e;
    } catch (RuntimeException | AssertionError e) {
      throw failure(e.toString(), e);
    }
    return steps.size();
  }

  /** What is said of a history that broke a rule. */
  private static final class Broken extends AssertionError {
    private static final long serialVersionUID = 1L;

    Broken(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private void step() {
    int dice = random.nextInt(100);
    Life life = lives.get(random.nextInt(MEMBERS));
    String backend = backends.get(random.nextInt(backends.size()));
    if (dice < 62) {
      message(backend);
    } else if (dice < 70) {
      connection(backend);
    } else if (dice < 78) {
      life.alive = !life.alive;
      life.generation += life.alive && random.nextInt(3) == 0 ? 1 : 0;
    } else if (dice < 81) {
      boolean alive = random.nextBoolean();
      int spared = random.nextInt(MEMBERS);
      lives.forEach(one -> one.alive = one == lives.get(spared) || alive);
    } else if (dice < 94) {
      catalogue(life);
    } else {
      life.present ^= life.agent != null;
    }
  }

  private void catalogue(Life life) {
    switch (random.nextInt(9)) {
      case 0 -> {
        life.generation++;
        life.alive = true;
        tell(life, true);
      }
      case 1, 2 -> {
        life.forced = !life.forced;
        tell(life, false);
      }
      case 3 -> {
        if (life.known) {
          life.known = false;
          life.generation += random.nextInt(2);
          invariants.deleted(life.id);
          did("delete " + life.id, () -> evaluator.deleted(life.id, now));
          reference.deleted(life.id);
          agree();
        }
      }
      case 4 -> {
        life.generation = Math.max(1, life.generation - 1 - random.nextInt(2));
        tell(life, false);
      }
      default -> tell(life, random.nextInt(4) == 0);
    }
  }

  private void tell(Life life, boolean joined) {
    life.known = true;
    Instant lastSeen = life.generation % 4 == 3 ? now.minus(LONG_AGO) : null;
    Member member =
        Members.of(life.id)
            .uuid("uuid")
            .forcedDown(life.forced)
            .incarnation(life.incarnation())
            .agent(life.agent)
            .backends(life.agent == null ? Set.of() : life.backends)
            .lastSeenUp(lastSeen)
            .build();
    invariants.recorded(member);
    did(joined ? List.of("joined", member) : member, () -> evaluator.member(member, joined, now));
    reference.member(member, joined);
    agree();
  }

  private void connection(String name) {
    Server server = servers.get(name);
    switch (random.nextInt(7)) {
      case 0, 1, 2 -> {
        server.away = true;
        state(name, BackendState.State.UNREACHABLE);
        reference.backend(name).unreachable();
      }
      case 3 -> {
        if (server.away) {
          server.gone |= random.nextInt(12) == 0;
          did("out " + name, () -> evaluator.out(name, now));
          reference.backend(name).outage();
        }
      }
      case 4 -> {
        if (!server.gone && server.started) {
          server.away = false;
          state(name, BackendState.State.REACHABLE);
          reference.backend(name).reachable();
        }
      }
      case 5 -> {
        if (!server.gone && server.started) {
          server.away = false;
          state(name, BackendState.State.DATA_LOST);
          reference.backend(name).dataLost();
        }
      }
      default -> {
        if (!server.gone) {
          server.clock = 0;
          message(name, 0, random.nextBoolean());
        }
      }
    }
    agree();
  }

  private void state(String name, BackendState.State state) {
    BackendState said = new BackendState(name, state, now, null);
    did(state + " " + name, () -> evaluator.backendState(said, now));
  }

  private void message(String name) {
    Server server = servers.get(name);
    if (server.gone) {
      return;
    }
    long millis = 1 + random.nextInt(random.nextInt(10) == 0 ? 9_000 : 3_000);
    message(name, millis, random.nextInt(8) == 0);
  }

  private void message(String name, long millis, boolean hiccup) {
    Server server = servers.get(name);
    server.clock += millis;
    server.reached += hiccup ? millis + 1_000 : millis;
    server.away = false;
    server.started = true;
    now = now.plusMillis(millis);
    List<Beat> beats = new ArrayList<>();
    List<Beat> held = new ArrayList<>();
    List<Absence> gone = new ArrayList<>();
    List<MemberId> unwitnessed = new ArrayList<>();
    for (Life life : lives) {
      if (life.backends.contains(name) || random.nextInt(20) == 0) {
        show(life, beats, held, gone, unwitnessed);
      }
    }
    Sightings seen =
        new Sightings(
            name,
            server.clock,
            beats,
            held,
            gone,
            unwitnessed,
            hiccup,
            seed % 5 == 0 ? Sightings.NOT_TOLD : server.reached,
            ages(beats, millis));
    invariants.seen(seen);
    did(seen, () -> evaluator.sightings(seen, now));
    reference.sightings(seen);
    agree();
  }

  /** Some beats tell when they were written; some of these ages cannot be. */
  private Map<MemberId, Long> ages(List<Beat> beats, long millis) {
    Map<MemberId, Long> ages = new HashMap<>();
    for (Beat beat : beats) {
      if (agesAtRandom.nextInt(3) > 0) {
        ages.put(beat.id(), (long) agesAtRandom.nextInt((int) (3 * millis) + 1) - millis / 2);
      }
    }
    return ages;
  }

  private void show(
      Life life,
      List<Beat> beats,
      List<Beat> held,
      List<Absence> gone,
      List<MemberId> unwitnessed) {
    int dice = random.nextInt(100);
    Incarnation life1 = life.incarnation();
    if (life.alive && life.present && life.agent != null && dice < 60) {
      held.add(new Beat(life.id, life1, life.count));
    } else if (life.alive && dice < 60) {
      beats.add(new Beat(life.id, life1, ++life.count));
    } else if (dice < 64) {
      beats.add(new Beat(life.id, life1, life.count));
    } else if (dice < 66) {
      beats.add(new Beat(life.id, life1, Math.max(0, life.count - 3)));
    } else if (dice < 68 && life.generation > 1) {
      beats.add(new Beat(life.id, new Incarnation(life.generation - 1, "x0"), life.count + 9));
    } else if (dice < 72) {
      Cause[] causes = Cause.values();
      gone.add(absence(life, causes[random.nextInt(causes.length)]));
    } else if (dice < 80 && !life.alive) {
      gone.add(absence(life, Cause.SESSION_EXPIRED));
    } else if (dice < 83) {
      unwitnessed.add(life.id);
    }
  }

  private Absence absence(Life life, Cause cause) {
    return new Absence(life.id, life.incarnation(), life.count - random.nextInt(2), cause);
  }

  /** Everybody is dead, and whoever is there is polled on: all has to be known within a bound. */
  private void end() {
    long bound = 6 * 40_000 + 2 * settings.massHold();
    for (String name : backends) {
      if (!servers.get(name).gone) {
        nothing(name, 1);
        // Nobody is vouched for any more.
        servers.get(name).clock = 0;
      }
    }
    for (long millis = 0; millis <= bound; millis += 10_000) {
      for (String name : backends) {
        if (!servers.get(name).gone) {
          nothing(name, millis == 0 ? 0 : 10_000);
        }
      }
    }
    for (MemberView view : evaluator.snapshot(MemberFilter.ALL).members()) {
      boolean knowable =
          servers.values().stream().noneMatch(server -> server.gone || !server.started);
      if (view.verdict().status() != Status.DOWN && (knowable || !view.verdict().stale())) {
        throw failure(view.member().id() + " is " + view.verdict() + " though all are dead");
      }
    }
    if (backends.stream()
        .anyMatch(name -> !servers.get(name).gone && evaluator.massSilence(name).isPresent())) {
      throw failure("verdicts are withheld for ever");
    }
  }

  private void nothing(String name, long millis) {
    Server server = servers.get(name);
    server.started = true;
    server.clock += millis;
    server.reached += millis;
    Sightings seen =
        new Sightings(
            name,
            server.clock,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            false,
            seed % 5 == 0 ? Sightings.NOT_TOLD : server.reached);
    invariants.seen(seen);
    did(seen, () -> evaluator.sightings(seen, now));
    reference.sightings(seen);
    agree();
  }

  private void did(Object step, Supplier<List<StatusChange>> call) {
    steps.add(step);
    call.get().forEach(invariants::told);
  }

  private void agree() {
    Map<MemberId, Status> told = new HashMap<>();
    for (MemberView view : evaluator.snapshot(MemberFilter.ALL).members()) {
      told.put(view.member().id(), view.verdict().status());
    }
    Map<MemberId, Status> expected = new HashMap<>();
    reference.persons.forEach(
        (id, person) -> {
          if (person.record != null) {
            expected.put(id, person.status);
          }
        });
    if (!told.equals(expected)) {
      throw failure("verdicts are " + told + ", not " + expected);
    }
    for (String name : backends) {
      if (evaluator.massSilence(name).isPresent() != reference.backend(name).isHolding()) {
        throw failure(
            "the mass silence in %s is %s, while %s are withheld"
                .formatted(name, evaluator.massSilence(name), reference.backend(name).withheld()));
      }
    }
    invariants.statuses(told);
  }

  private AssertionError failure(String what) {
    return failure(what, null);
  }

  private AssertionError failure(String what, Throwable cause) {
    int from = Math.max(0, steps.size() - 60);
    return new Broken(
        "seed %d, %s, step %d: %s%n%s"
            .formatted(
                seed,
                settings,
                steps.size(),
                what,
                steps.subList(from, steps.size()).stream()
                    .map(Object::toString)
                    .collect(Collectors.joining(System.lineSeparator()))),
        cause);
  }
}
