package io.servicegroup.liveness;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.LivenessBackend.Written;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.testkit.Eventually;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What every liveness backend does, whatever its technology, on a real server. A backend adds
 * {@link #createServer}, {@link #create} and {@link #capabilities}; what it cannot do is skipped by
 * capability.
 */
public abstract class LivenessBackendContract extends LivenessSightContract {

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
  @Needs(Capability.ANSWERS_WRITES)
  void aWriteForAllThatIsWatchedTellsWhatAPollWouldSee() {
    Life h1 = join("h1");
    Life h2 = join("h2");
    writer.write(h1.alive(), h2.alive());
    Observation told = told(h1.alive(), h2.alive());
    assertThat(told.beats()).containsExactlyInAnyOrderElementsOf(writer.poll().beats());
    assertThat(told(h1.alive(), h2.failed())).as("one that failed").isNull();
    told(h1.alive(), h2.alive());
    Written end = await(writer.startProof(List.of(h1.alive()), List.of(h2.last())));
    assertThat(end.seen()).as("the end of one").isNull();
  }

  @Test
  @Needs(Capability.ANSWERS_WRITES)
  void aWriteThatFindsALossTellsNothingAndAsksForAPoll() {
    assumeTrue(has(Capability.SERVER), "there is a server that can be emptied");
    Life life = join("h1");
    writer.write(life.alive());
    assertThat(told(life.alive())).isNotNull();
    empty();
    Optional<Observation> told =
        Eventually.succeeds("a write", () -> Optional.ofNullable(told(life.alive())));
    assertThat(told).isEmpty();
    assertThat(writer.awaitNews(PROMPT)).as("a poll is asked for").isTrue();
  }

  private Observation told(Heartbeat... members) {
    return await(writer.startProof(List.of(members), List.of())).seen();
  }

  @Test
  void whoWatchesOtherGroupsSeesItsOwnMembersToo() {
    LivenessHarness other = agent("other", uri(), INTERVAL, false, "not-" + group);
    eventually(other::open);
    Life life = join(List.of(id("h1")), other, watcher).get(0);
    other.write(life.alive());
    seeAlive(other, life);
    other.write(life.alive());
    seeAlive(other, life);
    seeAlive(watcher, life);
  }

  @Test
  @Needs(Capability.HOLDS_PRESENCE)
  void whatIsHeldStaysSoWithoutAWrite() {
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
  void whoWasDeletedDidNotLeave() {
    Life life = join("h1");
    writer.write(life.alive());
    seeAlive(watcher, life);
    Heartbeat last = life.last();
    Heartbeat deleted =
        new Heartbeat(last.id(), last.incarnation(), last.count(), Heartbeat.State.DELETED, null);
    assertThat(writer.write(List.of(), List.of(deleted))).isEmpty();
    seeGone(watcher, life, Absence.Cause.DELETED);
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

    writer.write(older.failed());
    writer.write(List.of(), List.of(older.last()));
    assertThat(second.write(newer.alive())).isEmpty();
    seeAlive(watcher, newer);
    assertThat(Sight.of(older.id(), watcher.poll()).gone()).isNull();
  }

  /** The watcher hears of the newer life last of all: it is not to see anybody leave. */
  @Test
  void whoYieldsToANewerLifeDoesNotSayThatItLeft() {
    Life older = join("h1");
    writer.write(older.alive());
    seeAlive(watcher, older);

    LivenessHarness second = agent("second", uri(), INTERVAL, true).open();
    Life newer = join(List.of(older.id()), second, writer).get(0);
    writer.write(List.of(), List.of(older.last()));
    Sight sight = Sight.of(older.id(), watcher.poll());
    assertThat(sight.gone()).as(sight.toString()).isNull();

    assertThat(second.write(newer.alive())).isEmpty();
    seeAlive(watcher, newer);
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
}
