package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What every liveness backend does, whatever its technology, on a real server. A backend adds
 * {@link #createServer}, {@link #create} and {@link #capabilities}; what it cannot do is skipped by
 * capability.
 */
public abstract class LivenessBackendContract extends LivenessOutageContract {

  private static final Duration PROMPT = Duration.ofSeconds(10);

  @Test
  void openingTwiceIsAllowed() {
    Life life = join("h1");
    writer.open();
    watcher.open();
    assertThat(writer.write(life.alive())).isEmpty();
    seeAlive(watcher, life);
  }

  @Test
  void nobodyIsNoData() {
    for (int i = 0; i < 3; i++) {
      Observation seen = watcher.poll();
      assertThat(seen.dataLost()).isFalse();
      assertThat(seen.unwitnessed()).isEmpty();
      assertThat(seen.beats()).noneMatch(this::isOurs);
      assertThat(writer.poll().dataLost()).isFalse();
    }
  }

  private boolean isOurs(Beat beat) {
    return beat.id().group().equals(group);
  }

  @Test
  void whoNeverBeatIsNotSeen() {
    Life life = join("h1");
    assertThat(Sight.of(life.id(), watcher.poll()).isNothing()).isTrue();
    assertThat(Sight.of(life.id(), writer.poll()).isNothing()).isTrue();
  }

  @Test
  void everyWriteIsABeatThatBothSee() {
    Life life = join("h1");
    long seen = -1;
    long own = -1;
    for (int i = 0; i < 4; i++) {
      assertThat(writer.write(life.alive())).isEmpty();
      Beat beat = seeAlive(watcher, life);
      Beat ours = seeAlive(writer, life);
      if (!has(Capability.HOLDS_PRESENCE)) {
        assertThat(beat.count()).isGreaterThan(seen);
        assertThat(ours.count()).isGreaterThan(own);
      }
      seen = beat.count();
      own = ours.count();
    }
  }

  @Test
  void whatIsHeldStaysSoWithoutAWrite() {
    needs(Capability.HOLDS_PRESENCE);
    Life life = join("h1");
    writer.write(life.alive());
    seeAlive(watcher, life);
    for (int i = 0; i < 5; i++) {
      assertThat(Sight.of(life.id(), watcher.poll()).isAlive(life)).isTrue();
    }
  }

  @Test
  void aFailureIsNewsThatAGreaterCountRevokes() {
    Life life = join("h1");
    Life other = join("h2");
    writer.write(life.alive(), other.alive());
    seeAlive(watcher, life);
    watcher.forgetNews();

    writer.write(life.failed(), other.alive());
    assertToldAtOnce();
    Absence failed = seeGone(watcher, life, Absence.Cause.PROBE_FAILED);
    writer.write(life.failed(), other.alive());
    assertThat(Sight.of(life.id(), watcher.poll()).life()).as("still failed").isNull();

    watcher.forgetNews();
    writer.write(life.alive(), other.alive());
    assertToldAtOnce();
    assertThat(seeAlive(watcher, life).count()).isGreaterThan(failed.count());
    assertThat(Sight.of(other.id(), watcher.poll()).gone()).isNull();
  }

  private void assertToldAtOnce() {
    if (has(Capability.NEWS)) {
      assertThat(watcher.awaitNews(PROMPT)).as("news").isTrue();
    }
  }

  @Test
  void whoLeavesIsGoneAndStaysSo() {
    Life life = join("h1");
    Life other = join("h2");
    writer.write(life.alive(), other.alive());
    seeAlive(watcher, life);
    watcher.forgetNews();

    assertThat(writer.write(List.of(other.alive()), List.of(life.last()))).isEmpty();
    assertToldAtOnce();
    seeGone(watcher, life, Absence.Cause.LEFT);
    writer.write(other.alive());
    for (int i = 0; i < 3; i++) {
      Sight sight = Sight.of(life.id(), watcher.poll());
      assertThat(sight.isNothing() || sight.isGone(life, Absence.Cause.LEFT)).isTrue();
      assertThat(Sight.of(other.id(), watcher.poll()).gone()).isNull();
    }
  }

  @Test
  void theLastToLeaveIsGoneToo() {
    Life life = join("h1");
    writer.write(life.alive());
    seeAlive(watcher, life);
    assertThat(writer.write(List.of(), List.of(life.last()))).isEmpty();
    seeGone(watcher, life, Absence.Cause.LEFT);
    assertThat(writer.write(List.of(), List.of(life.last()))).as("again").isEmpty();
  }

  @Test
  void anUpgradeIsSilenceAndNotNews() {
    Life life = join("h1");
    writer.write(life.alive());
    seeAlive(watcher, life);
    writer.write(life.restarting());
    if (has(Capability.MARKS_RESTARTS)) {
      seeGone(watcher, life, Absence.Cause.RESTARTING);
    }
    writer.close();
    for (int i = 0; i < 4; i++) {
      Sight sight = Sight.of(life.id(), watcher.poll());
      assertThat(sight.held()).isNull();
      assertThat(sight.gone() == null || sight.isGone(life, Absence.Cause.RESTARTING))
          .as(sight.toString())
          .isTrue();
    }
    LivenessHarness upgraded = agent("upgraded", uri(), INTERVAL, true).open();
    Life next = join(List.of(life.id()), upgraded, watcher).get(0);
    upgraded.write(next.alive());
    seeAlive(watcher, next);
  }

  @Test
  void aNewerIncarnationTakesOver() {
    Life older = join("h1");
    writer.write(older.alive());
    seeAlive(watcher, older);

    LivenessHarness second = agent("second", uri(), INTERVAL, true).open();
    Life newer = join(List.of(older.id()), second, watcher).get(0);
    assertThat(second.write(newer.alive())).isEmpty();
    seeAlive(watcher, newer);

    Set<Conflict> conflicts = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      conflicts.addAll(writer.write(older.alive()));
      assertThat(second.write(newer.alive())).as("the newer's conflicts").isEmpty();
      writer.poll();
    }
    assertThat(conflicts)
        .containsExactly(new Conflict(older.id(), older.incarnation(), Conflict.Kind.SUPERSEDED));

    writer.write(List.of(), List.of(older.last()));
    assertThat(second.write(newer.alive())).isEmpty();
    seeAlive(watcher, newer);
    assertThat(Sight.of(older.id(), watcher.poll()).gone()).isNull();
  }

  @Test
  void whoRejoinsLivesAgain() {
    Life first = join("h1");
    writer.write(first.alive());
    writer.write(List.of(), List.of(first.last()));
    seeGone(watcher, first, Absence.Cause.LEFT);
    Life second = join("h1");
    assertThat(writer.write(second.alive())).isEmpty();
    seeAlive(watcher, second);
  }

  @Test
  void aDeletedMemberDisappears() {
    Life life = join("h1");
    Life stays = join("h2");
    writer.write(life.alive(), stays.alive());
    seeAlive(watcher, life);
    uncatalogue(life.member());
    watcher.catalogued(new CatalogEvent(CatalogEvent.Type.DELETED, life.member(), false));
    writer.catalogued(new CatalogEvent(CatalogEvent.Type.DELETED, life.member(), true));
    writer.write(List.of(stays.alive()), List.of(life.last()));
    see(watcher, life.id(), sight -> sight.life() == null);
    writer.write(stays.alive());
    seeAlive(watcher, stays);
    assertThat(Sight.of(life.id(), watcher.poll()).life()).isNull();
  }

  @Test
  void eachSeesWhatItWatches() {
    MemberId ours = new MemberId(group, "h1");
    MemberId theirs = new MemberId(group + "-2", "h1");
    LivenessHarness other = agent("other", uri(), INTERVAL, true).open();
    LivenessHarness ofGroup = agent("group", uri(), INTERVAL, false, theirs.group()).open();
    Life our = join(List.of(ours), writer, watcher).get(0);
    Life their = join(List.of(theirs), other, watcher, ofGroup).get(0);
    writer.write(our.alive());
    other.write(their.alive());

    seeAlive(watcher, our);
    seeAlive(writer, our);
    seeAlive(ofGroup, their);
    writer.write(our.alive());
    other.write(their.alive());
    seeAlive(watcher, their);
    assertThat(Sight.of(theirs, writer.poll()).isNothing()).isTrue();
    assertThat(Sight.of(ours, other.poll()).isNothing()).isTrue();
    assertThat(Sight.of(ours, ofGroup.poll()).isNothing()).isTrue();
  }

  @Test
  void aThousandMembersAreWrittenAndSeen() {
    Duration patient = INTERVAL.multipliedBy(5);
    LivenessHarness many = agent("many", uri(), patient, true).open();
    LivenessHarness all = agent("all", uri(), patient, false, group).open();
    List<Life> lives =
        join(IntStream.range(0, 1000).mapToObj(i -> id("h" + i)).toList(), many, all);
    for (int round = 0; round < 2; round++) {
      assertThat(eventually(() -> many.write(alive(lives), List.of()))).isEmpty();
      awaitAll(all, lives);
    }
    assertThat(many.write(List.of(), lives.stream().map(Life::last).toList())).isEmpty();
  }

  /** Beats may come in several polls, what is held must be so in one. */
  private void awaitAll(LivenessHarness agent, List<Life> lives) {
    Life last = lives.get(lives.size() - 1);
    seeAlive(agent, last);
    Observation seen = agent.poll();
    if (has(Capability.HOLDS_PRESENCE)) {
      assertThat(seen.held()).filteredOn(this::isOurs).hasSameSizeAs(lives);
    }
    assertThat(seen.gone()).isEmpty();
  }

  @Test
  void namesAreToldApart() {
    List<MemberId> ids = new ArrayList<>();
    Stream.of("a b", " a", "ünï-çø∂é 🚀", "x".repeat(255), "é".repeat(255), "100%", "%2F", "%")
        .map(this::id)
        .forEach(ids::add);
    Stream.of("A", "a", "a:b", "it's", "\"q\"", "back\\slash", "*", "__x__", "leader")
        .map(this::id)
        .forEach(ids::add);
    ids.add(new MemberId(group + ":b", "c"));
    ids.add(id("b:c"));
    if (has(Capability.ANY_NAME)) {
      Stream.of("a/b", "/", ".", "..").map(this::id).forEach(ids::add);
      ids.add(new MemberId(group + "/a", "b"));
    }
    List<Life> lives = join(ids, writer, watcher);
    eventually(() -> writer.write(alive(lives), List.of()));
    Observation seen = eventuallyAllOf(lives);
    lives.forEach(life -> assertThat(Sight.of(life.id(), seen).isAlive(life)).isTrue());

    Life left = lives.get(lives.size() - 1);
    List<Life> rest = lives.subList(0, lives.size() - 1);
    writer.write(alive(rest), List.of(left.last()));
    seeGone(watcher, left, Absence.Cause.LEFT);
    writer.write(alive(rest), List.of());
    Observation without = eventuallyAllOf(rest);
    rest.forEach(life -> assertThat(Sight.of(life.id(), without).isAlive(life)).isTrue());
  }

  /** One poll has to say it all, once what is held has arrived. */
  private Observation eventuallyAllOf(List<Life> lives) {
    return eventually(
        () -> {
          Observation seen = watcher.poll();
          boolean all = lives.stream().allMatch(life -> Sight.of(life.id(), seen).isAlive(life));
          if (!all && has(Capability.HOLDS_PRESENCE)) {
            throw new IllegalStateException("not all yet");
          }
          return seen;
        });
  }
}
