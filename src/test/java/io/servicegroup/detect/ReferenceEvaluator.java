package io.servicegroup.detect;

import io.servicegroup.detect.EvaluatorSettings.Rule;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The naive evaluator: it keeps what it was told as plain facts, and after each of them looks at
 * everybody again by the rules as they are written down. No queues, no counters, no states; slow.
 */
final class ReferenceEvaluator {

  /** What a backend has shown of a member. */
  static final class Seen {
    Incarnation life;
    long count = -1;
    Absence absence;

    /** How it votes; null where it has not made up its mind. */
    Boolean up;

    /** A count was found, of which nobody knows when it was written. */
    boolean found;

    boolean vouched;
    long since;
    long sinceLived;
    boolean awaited;
    boolean accused;
    boolean concluded;
    Long wave;

    boolean isOf(Incarnation other) {
      return Objects.equals(life, other);
    }
  }

  /** A member, told of or not. */
  static final class Person {
    final MemberId id;
    final Seen[] seen = new Seen[3];
    Member record;
    boolean joined;
    Status status = Status.UNKNOWN;

    Person(MemberId id) {
      this.id = id;
    }

    String writer() {
      return record != null && record.agent() != null ? record.agent() : id.toString();
    }

    boolean isRecorded(String backend) {
      return record != null && record.backends().contains(backend);
    }
  }

  final EvaluatorSettings settings;
  final Map<MemberId, Person> persons = new TreeMap<>();
  final List<ReferenceBackend> backends = new ArrayList<>();
  private final Instant startedAt;
  private boolean learning;

  ReferenceEvaluator(EvaluatorSettings settings, Instant startedAt) {
    this.settings = settings;
    this.startedAt = startedAt;
    for (String name : settings.backends()) {
      backends.add(new ReferenceBackend(this, name, backends.size()));
    }
  }

  void sightings(Sightings said) {
    ReferenceBackend backend = backend(said.backend());
    backend.advance(said);
    for (Beat beat : said.beats()) {
      beat(backend, person(beat.id()), beat, said.age(beat));
    }
    for (Beat beat : said.held()) {
      held(backend, person(beat.id()), beat);
    }
    for (Absence absence : said.gone()) {
      gone(backend, person(absence.id()), absence);
    }
    for (MemberId id : said.unwitnessed()) {
      Person person = persons.get(id);
      if (person != null && person.seen[backend.index] != null && !backend.of(person).vouched) {
        backend.anew(person);
      }
    }
    backend.judge();
  }

  ReferenceBackend backend(String name) {
    return backends.stream().filter(one -> one.name.equals(name)).findFirst().orElseThrow();
  }

  private Person person(MemberId id) {
    return persons.computeIfAbsent(id, Person::new);
  }

  private static boolean newer(Incarnation one, Incarnation other) {
    return one != null && (other == null || one.generation() > other.generation());
  }

  /** The catalogue's life is the present one; a newer may be seen before the catalogue tells. */
  private boolean isOver(ReferenceBackend backend, Person person, Incarnation life) {
    Seen seen = person.seen[backend.index];
    boolean newerSeen = seen != null && newer(seen.life, life);
    if (person.record != null && Objects.equals(life, person.record.incarnation())) {
      return newerSeen && Boolean.TRUE.equals(seen.up);
    }
    return newerSeen || isBeforeRecord(person, life);
  }

  private static boolean isBeforeRecord(Person person, Incarnation life) {
    Incarnation told = person.record == null ? null : person.record.incarnation();
    return told != null && !told.equals(life) && !newer(life, told);
  }

  private void beat(ReferenceBackend backend, Person person, Beat beat, long age) {
    if (isOver(backend, person, beat.incarnation())) {
      return;
    }
    Seen seen = backend.of(person);
    boolean first = isFirst(seen, beat.incarnation());
    boolean sign =
        first
            ? joinedAs(person, beat.incarnation()) && !backend.listing
            : !seen.isOf(beat.incarnation()) || beat.count() > seen.count;
    boolean baseline = !sign && (first || beat.count() < seen.count);
    if (sign || baseline) {
      saw(seen, beat.incarnation(), beat.count(), null);
    }
    if (sign) {
      backend.ago = backend.listing ? 0 : Math.max(0, Math.min(age, backend.step));
      backend.sign(person, false);
      backend.ago = 0;
    } else if (baseline) {
      seen.found |= seen.up == null;
      backend.anew(person);
    } else if (seen.vouched) {
      backend.anew(person);
    }
  }

  private static boolean isFirst(Seen seen, Incarnation life) {
    return seen.count < 0 || (!seen.isOf(life) && !newer(life, seen.life));
  }

  private static boolean joinedAs(Person person, Incarnation life) {
    return person.joined && Objects.equals(life, person.record.incarnation());
  }

  private static void saw(Seen seen, Incarnation life, long count, Absence absence) {
    seen.life = life;
    seen.count = count;
    seen.absence = absence;
  }

  private void held(ReferenceBackend backend, Person person, Beat beat) {
    if (isOver(backend, person, beat.incarnation())) {
      return;
    }
    Seen seen = backend.of(person);
    boolean endedItself =
        Boolean.FALSE.equals(seen.up)
            && seen.absence != null
            && !seen.absence.cause().stated()
            && beat.incarnation() != null
            && seen.isOf(beat.incarnation())
            && seen.count == beat.count();
    if (!endedItself) {
      saw(seen, beat.incarnation(), beat.count(), null);
      backend.sign(person, true);
    }
  }

  private void gone(ReferenceBackend backend, Person person, Absence absence) {
    if (isOver(backend, person, absence.incarnation())) {
      return;
    }
    Seen seen = backend.of(person);
    boolean stated = absence.cause().stated();
    boolean overtaken = seen.isOf(absence.incarnation()) && seen.count > absence.count();
    boolean restarting =
        seen.absence != null
            && seen.absence.cause() == Absence.Cause.RESTARTING
            && seen.isOf(absence.incarnation());
    if (overtaken || absence.equals(seen.absence) || (restarting && !stated)) {
      return;
    }
    boolean longAgo =
        isFirst(seen, absence.incarnation())
            && (backend.listing || !joinedAs(person, absence.incarnation()));
    long doubtful =
        absence.cause() == Absence.Cause.REFUSED ? backend.startsUntil : backend.graceUntil;
    boolean silence =
        longAgo
            || absence.cause() == Absence.Cause.RESTARTING
            || (!stated && backend.clock < doubtful);
    saw(seen, absence.incarnation(), absence.count(), absence);
    if (silence) {
      backend.anew(person);
    } else if (stated || Boolean.FALSE.equals(seen.up)) {
      backend.dead(person);
    } else if (!seen.accused) {
      backend.touch();
      backend.begunWhereVouched(seen);
      seen.vouched = false;
      seen.accused = true;
      seen.concluded = true;
      seen.wave = null;
    }
  }

  /** The catalogue tells of a member. */
  void member(Member told, boolean justJoined) {
    Person person = person(told.id());
    Member before = person.record;
    boolean same = before != null && Objects.equals(told.incarnation(), before.incarnation());
    boolean later = before != null && !same && newer(told.incarnation(), before.incarnation());
    boolean adopted = before != null && !same && !later;
    boolean knewOfJoin = same && person.joined;
    backends.forEach(ReferenceBackend::touch);
    final String writer = person.writer();
    person.record = told;
    person.joined = later || knewOfJoin || (justJoined && !adopted);
    boolean news = person.joined && !knewOfJoin;
    learning = true;
    for (ReferenceBackend backend : backends) {
      learn(backend, person, before == null, later, adopted, news);
      if (!writer.equals(person.writer()) && backend.isInSight(person.seen[backend.index])) {
        backend.heard.put(person.writer(), backend.clock);
      }
    }
    learning = false;
    backends.forEach(ReferenceBackend::touch);
    decide(person);
  }

  private void learn(
      ReferenceBackend backend,
      Person person,
      boolean first,
      boolean later,
      boolean adopted,
      boolean joins) {
    boolean votes = person.record.backends().isEmpty() || person.isRecorded(backend.name);
    Seen seen = person.seen[backend.index];
    boolean over = seen != null && isBeforeRecord(person, seen.life);
    boolean down = seen != null && Boolean.FALSE.equals(seen.up);
    if (over && (!votes || (down && person.status == Status.UNKNOWN))) {
      person.seen[backend.index] = null;
      seen = null;
    }
    if (seen == null && !votes) {
      return;
    }
    boolean lives = seen != null && seen.isOf(person.record.incarnation());
    if (seen == null) {
      backend.of(person);
      backend.anew(person);
    } else if ((adopted && !lives) || (first && joins && newer(seen.life, told(person)))) {
      seen.awaited = backend.isInSight(seen);
      seen.found = false;
      seen.up = down ? seen.up : null;
      backend.anew(person);
      backend.lookAgain(person);
    } else if (over && seen.vouched && !seen.accused) {
      backend.anew(person);
    } else if (over && later) {
      backend.lookAgain(person);
    } else if (joins && lives && seen.absence != null && seen.absence.cause().stated()) {
      backend.dead(person);
    } else if (joins && lives && seen.up == null && seen.found) {
      backend.touch();
      backend.comesAlive(person, false);
    } else if (first && seen.up == null && !(joins && lives)) {
      backend.anew(person);
    }
    await(backend, person, first);
  }

  private static Incarnation told(Person person) {
    return person.record.incarnation();
  }

  /** An evaluator that starts waits for whom it finds, if anybody saw them in the last hour. */
  private void await(ReferenceBackend backend, Person person, boolean first) {
    Seen seen = backend.of(person);
    Instant lastSeen = person.record.lastSeenUp();
    boolean longAgo = lastSeen != null && lastSeen.isBefore(startedAt.minus(Duration.ofHours(1)));
    if (first && person.status == Status.UNKNOWN && !person.joined && seen.up == null && !longAgo) {
      seen.awaited = true;
      backend.heard.put(person.writer(), backend.clock);
    }
  }

  void deleted(MemberId id) {
    Person person = persons.get(id);
    if (person != null) {
      backends.forEach(ReferenceBackend::touch);
      persons.remove(id);
      backends.forEach(ReferenceBackend::touch);
    }
  }

  /** The verdict, by everything that is known of one member. */
  void decide(Person person) {
    if (person.record == null || learning) {
      return;
    }
    if (person.record.forcedDown()) {
      person.status = Status.DOWN;
      return;
    }
    List<Vote> all = new ArrayList<>();
    for (ReferenceBackend backend : backends) {
      Seen seen = person.seen[backend.index];
      if (seen != null) {
        boolean entitled = seen.count >= 0 || person.isRecorded(backend.name);
        all.add(new Vote(seen.up, backend.out, entitled));
      }
    }
    Boolean verdict = verdict(all);
    if (verdict != null) {
      person.status = verdict ? Status.UP : Status.DOWN;
    }
  }

  private record Vote(Boolean up, boolean out, boolean entitled) {}

  private Boolean verdict(List<Vote> all) {
    List<Vote> entitled = all.stream().filter(Vote::entitled).toList();
    if (entitled.isEmpty()) {
      boolean nobodyMaySee =
          all.stream().allMatch(vote -> !vote.out() && Boolean.FALSE.equals(vote.up()));
      return nobodyMaySee && !all.isEmpty() ? false : null;
    }
    List<Vote> able = entitled.stream().filter(vote -> !vote.out()).toList();
    boolean undecided = able.stream().anyMatch(vote -> vote.up() == null);
    boolean up = able.stream().anyMatch(vote -> Boolean.TRUE.equals(vote.up()));
    boolean down = able.stream().anyMatch(vote -> Boolean.FALSE.equals(vote.up()));
    if (settings.rule() == Rule.ALL) {
      return down ? Boolean.FALSE : !undecided && up ? Boolean.TRUE : null;
    }
    boolean lastUp = entitled.stream().anyMatch(vote -> Boolean.TRUE.equals(vote.up()));
    return lastUp ? Boolean.TRUE : !undecided && down ? Boolean.FALSE : null;
  }

  /** In an order on which no rule depends. */
  List<Person> everybody() {
    return List.copyOf(persons.values());
  }
}
