package io.servicegroup.detect;

import io.servicegroup.detect.ReferenceEvaluator.Person;
import io.servicegroup.detect.ReferenceEvaluator.Seen;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One backend of the naive evaluator: its clocks, its writers and the silence of its members. */
final class ReferenceBackend {

  private static final int POSTPONED_AT_MOST = 4;

  final String name;
  final int index;
  private final ReferenceEvaluator all;
  private final EvaluatorSettings settings;

  boolean out = true;
  boolean missed;
  boolean listing;
  long clock;
  long step;

  /** How long ago the beat that is applied was written. */
  long ago;

  long graceUntil;
  long startsUntil;
  private boolean begun;
  private boolean returned;
  private long reached;
  private long toldReached = Sightings.NOT_TOLD;
  private long reachedAtSign;
  private long returnedAt;

  /** Time in which anybody was heard, whatever failed. */
  private long lived;

  /** When each writer was heard, as far as it is in sight. */
  final Map<String, Long> heard = new HashMap<>();

  private final List<Departed> departed = new ArrayList<>();
  private final Map<Long, Long> tooManyAt = new HashMap<>();
  private long wave;

  private record Departed(String writer, Set<Long> timeouts, long at) {}

  ReferenceBackend(ReferenceEvaluator all, String name, int index) {
    this.all = all;
    this.name = name;
    this.index = index;
    this.settings = all.settings;
  }

  Seen of(Person person) {
    if (person.seen[index] == null) {
      person.seen[index] = new Seen();
    }
    return person.seen[index];
  }

  void unreachable() {
    missed |= !out;
  }

  void outage() {
    if (missed) {
      missed = false;
      out = true;
      all.everybody().forEach(all::decide);
    }
  }

  void reachable() {
    if (missed) {
      missed = false;
      graceUntil = clock + settings.serviceDownTime();
    } else if (out) {
      returnedAt = reached;
      out = false;
      afterALoss();
    }
  }

  void advance(Sightings said) {
    boolean fell = said.witnessedMillis() < clock;
    if (said.reachedMillis() == Sightings.NOT_TOLD) {
      reached += fell || !begun ? 0 : said.witnessedMillis() - clock;
    } else {
      reached += toldReached < 0 ? 0 : Math.max(0, said.reachedMillis() - toldReached);
      toldReached = said.reachedMillis();
    }
    step = said.witnessedMillis() - clock;
    clock = said.witnessedMillis();
    reachable();
    if (fell || !begun || returned) {
      beginAnew();
      lookAgainAtAll();
    } else if (said.hiccup()) {
      graceUntil = clock + settings.serviceDownTime();
    }
    listing = fell || !begun || returned;
    begun = true;
    returned = false;
    if (all.persons.values().stream().anyMatch(one -> isVouchedFor(one.seen[index]))) {
      hear();
    }
  }

  private static boolean isVouchedFor(Seen seen) {
    return seen != null && seen.vouched;
  }

  /** Also where it was not known to be away. */
  void dataLost() {
    returnedAt = out ? reached : returnedAt;
    missed = false;
    out = false;
    afterALoss();
  }

  private void afterALoss() {
    beginAnew();
    returned = true;
    lookAgainAtAll();
  }

  /** Everybody has a whole time; nothing is withheld; who was vouched for is to be listed again. */
  private void beginAnew() {
    graceUntil = clock + settings.serviceDownTime();
    startsUntil = graceUntil;
    departed.clear();
    tooManyAt.clear();
    for (Person person : all.everybody()) {
      Seen seen = person.seen[index];
      if (seen != null && Boolean.FALSE.equals(seen.up)) {
        seen.since = clock;
      }
      if (seen != null && !Boolean.FALSE.equals(seen.up)) {
        if (seen.vouched) {
          seen.sinceLived = lived;
        }
        seen.vouched = false;
        seen.accused = false;
        seen.concluded = false;
        seen.wave = null;
        seen.since = clock;
      }
    }
    heard.replaceAll((writer, at) -> clock);
  }

  private void lookAgainAtAll() {
    for (Person person : all.everybody()) {
      if (person.seen[index] != null) {
        lookAgain(person);
        all.decide(person);
      }
    }
  }

  void lookAgain(Person person) {
    Seen seen = of(person);
    if (Boolean.FALSE.equals(seen.up) && person.status != Status.DOWN) {
      seen.up = null;
      seen.found = false;
      anew(person);
    }
  }

  void sign(Person person, boolean vouched) {
    touch();
    hear();
    comesAlive(person, vouched);
  }

  private void hear() {
    lived += Math.min(settings.serviceDownTime(), reached - reachedAtSign);
    reachedAtSign = reached;
  }

  void comesAlive(Person person, boolean vouched) {
    Seen seen = of(person);
    List<Person> members = membersOf(person.writer());
    boolean silent =
        members.stream().noneMatch(one -> one.seen[index].vouched)
            && members.stream().anyMatch(one -> !one.seen[index].concluded);
    seen.up = true;
    seen.found = false;
    begin(seen);
    seen.vouched = vouched;
    long at = clock - ago;
    heard.merge(person.writer(), at, (before, now) -> silent ? Math.max(before, now) : now);
    all.decide(person);
  }

  /** Its silence so far says nothing; nobody vouches for it. */
  void anew(Person person) {
    touch();
    Seen seen = of(person);
    if (!Boolean.FALSE.equals(seen.up)) {
      begin(seen);
      if (isInSight(seen)) {
        heard.put(person.writer(), clock);
      }
    }
    all.decide(person);
  }

  private void begin(Seen seen) {
    seen.vouched = false;
    seen.accused = false;
    seen.concluded = false;
    seen.wave = null;
    seen.since = clock - ago;
    seen.sinceLived = lived;
  }

  void dead(Person person) {
    touch();
    Seen seen = of(person);
    seen.up = false;
    seen.since = clock;
    seen.found = false;
    seen.awaited = false;
    seen.vouched = false;
    seen.accused = false;
    seen.concluded = false;
    seen.wave = null;
    touch();
    all.decide(person);
  }

  /** An end that is concluded begins where the presence ended. */
  void begunWhereVouched(Seen seen) {
    seen.sinceLived = seen.vouched ? lived : seen.sinceLived;
  }

  boolean isInSight(Seen seen) {
    return seen != null && !Boolean.FALSE.equals(seen.up) && (seen.up != null || seen.awaited);
  }

  private List<Person> membersOf(String writer) {
    return all.persons.values().stream()
        .filter(one -> isInSight(one.seen[index]))
        .filter(one -> one.writer().equals(writer))
        .toList();
  }

  private Set<String> writers() {
    Set<String> writers = new HashSet<>();
    for (Person person : all.persons.values()) {
      if (isInSight(person.seen[index])) {
        writers.add(person.writer());
      }
    }
    return writers;
  }

  /** The silence of a writer begins when none of its members is vouched for any more. */
  void touch() {
    Map<String, Boolean> concluded = new HashMap<>();
    Set<String> vouched = new HashSet<>();
    for (Person person : all.persons.values()) {
      Seen seen = person.seen[index];
      if (isInSight(seen)) {
        concluded.merge(person.writer(), seen.concluded, Boolean::logicalAnd);
        if (seen.vouched) {
          vouched.add(person.writer());
        }
      }
    }
    heard.keySet().retainAll(concluded.keySet());
    departed.removeIf(one -> concluded.containsKey(one.writer()));
    concluded.forEach(
        (writer, gone) -> {
          if (gone || vouched.contains(writer) || !heard.containsKey(writer)) {
            heard.put(writer, clock);
          }
        });
  }

  private boolean isGone(String writer) {
    return membersOf(writer).stream().allMatch(one -> one.seen[index].concluded);
  }

  private Set<Long> timeouts(String writer) {
    Set<Long> timeouts = new HashSet<>();
    membersOf(writer).forEach(one -> timeouts.add(timeout(one)));
    return timeouts;
  }

  private long timeout(Person person) {
    return settings.downTime(person.id.group());
  }

  private boolean isLost(String writer) {
    boolean vouched = membersOf(writer).stream().anyMatch(one -> one.seen[index].vouched);
    long smallest = timeouts(writer).stream().mapToLong(Long::longValue).min().orElse(0);
    return isGone(writer)
        || (!vouched && clock - heard.get(writer) > settings.suspicionTime(smallest));
  }

  /** Who is overdue, or concluded to be gone, is down, unless too many are at once. */
  void judge() {
    touch();
    for (Person person : all.everybody()) {
      Seen seen = person.seen[index];
      if (seen != null && !Boolean.FALSE.equals(seen.up) && isOverdue(person, seen)) {
        if (person.record == null) {
          all.deleted(person.id);
        } else {
          seen.accused = true;
        }
      }
    }
    takeStock();
    boolean holding = accused().stream().anyMatch(one -> one.seen[index].wave != null);
    Set<Person> guilty = new HashSet<>();
    for (Person person : accused()) {
      Seen seen = person.seen[index];
      if (seen.wave != null
          && (clock - seen.wave >= settings.massHold() || isLate(person) || !holds(person))) {
        guilty.add(person);
      }
    }
    for (Person person : accused()) {
      Seen seen = person.seen[index];
      if (seen.wave == null) {
        boolean withheld =
            !isLate(person) && isInSight(seen) && holds(person) && isLost(person.writer());
        if (withheld) {
          wave = holding && clock - wave <= spread() ? wave : clock;
          holding = true;
          seen.wave = wave;
        } else {
          guilty.add(person);
        }
      }
    }
    believe(guilty);
    if (!isHolding()) {
      tooManyAt.clear();
    }
    forget();
  }

  /** Of whom nothing but an end was ever heard, the catalogue tells soon or never. */
  private void forget() {
    for (Person person : all.everybody()) {
      Seen seen = person.seen[index];
      boolean ended = seen != null && Boolean.FALSE.equals(seen.up);
      if (ended && person.record == null && clock - seen.since >= settings.serviceDownTime()) {
        all.deleted(person.id);
      }
    }
  }

  private void believe(Set<Person> guilty) {
    List<Departed> leaving = new ArrayList<>();
    for (Person person : guilty) {
      String writer = person.writer();
      if (isInSight(person.seen[index]) && isGone(writer)) {
        leaving.add(new Departed(writer, timeouts(writer), clock));
      }
    }
    guilty.forEach(this::dead);
    Set<String> left = writers();
    Set<String> once = new HashSet<>();
    leaving.removeIf(one -> left.contains(one.writer()) || !once.add(one.writer()));
    departed.addAll(leaving);
  }

  private boolean isOverdue(Person person, Seen seen) {
    return !seen.vouched
        && !seen.accused
        && (clock - seen.since >= timeout(person)
            || (lived - seen.sinceLived >= (1 + POSTPONED_AT_MOST) * timeout(person)
                && reached - returnedAt >= timeout(person)));
  }

  private boolean isLate(Person person) {
    long longest = (1 + POSTPONED_AT_MOST) * timeout(person) + settings.massHold();
    return lived - person.seen[index].sinceLived >= longest;
  }

  private List<Person> accused() {
    List<Person> accused = new ArrayList<>();
    for (Person person : all.everybody()) {
      if (person.seen[index] != null && person.seen[index].accused) {
        accused.add(person);
      }
    }
    return accused;
  }

  boolean isHolding() {
    return accused().stream().anyMatch(one -> one.seen[index].wave != null);
  }

  /** Whose verdicts are withheld. */
  List<MemberId> withheld() {
    return accused().stream()
        .filter(one -> one.seen[index].wave != null)
        .map(one -> one.id)
        .toList();
  }

  /** For each timeout and for all of them (0), when too many were lost last. */
  private void takeStock() {
    if (accused().isEmpty() || settings.massShare() >= 1 || settings.massHold() == 0) {
      return;
    }
    departed.removeIf(one -> clock - one.at() > settings.reportInterval());
    Set<Long> timeouts = new HashSet<>(settings.groupDownTimes().values());
    timeouts.add(settings.serviceDownTime());
    timeouts.add(0L);
    for (long timeout : timeouts) {
      int lost = 0;
      int inSight = 0;
      for (String writer : writers()) {
        boolean counts = timeout == 0 || timeouts(writer).contains(timeout);
        inSight += counts ? 1 : 0;
        lost += counts && isLost(writer) ? 1 : 0;
      }
      for (Departed one : departed) {
        int counts = timeout == 0 || one.timeouts().contains(timeout) ? 1 : 0;
        inSight += counts;
        lost += counts;
      }
      if (lost >= settings.massMinWriters() && lost > settings.massShare() * inSight) {
        tooManyAt.put(timeout, clock);
      }
    }
  }

  private boolean holds(Person person) {
    return isRecent(tooManyAt.get(0L)) || isRecent(tooManyAt.get(timeout(person)));
  }

  private boolean isRecent(Long at) {
    return at != null && clock - at <= spread();
  }

  private long spread() {
    return settings.reportInterval() + settings.pollInterval();
  }
}
