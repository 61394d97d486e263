package io.servicegroup.catalog;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ProcessIdentity;
import io.servicegroup.model.Sightings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests that another life of an agent is found by its process or by its members' beats. */
class OtherAgentLivesTest {

  private static final MemberId A = new MemberId("compute", "a");
  private static final Incarnation INCARNATION = new Incarnation(7, "x");
  private static final ProcessIdentity OWN = new ProcessIdentity("boot-1/pid:[1]", 500);

  private final Vertx vertx = Vertx.vertx();
  private final Map<Long, ProcessIdentity> processes = new HashMap<>();
  private final OtherAgentLives lives =
      new OtherAgentLives(vertx, Duration.ofSeconds(11), Duration.ofSeconds(15));

  /** The time in which beats could have been seen, as a backend's witness clock has it. */
  private long seconds = 1;

  private boolean sighted;

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void whereNobodyElseWasNobodyIs() throws Exception {
    assertThat(look()).isInstanceOf(OtherAgentLives.None.class);
  }

  @Test
  void aProcessOfThisMachineTellsAtOnce() throws Exception {
    Topics.PROCESS.serve(vertx, pid -> Future.succeededFuture(processes.get(pid)));
    ProcessIdentity process = new ProcessIdentity(OWN.machine(), 40);
    lives.served(new AgentLife("agent-1", 12, process), A, INCARNATION);
    processes.put(12L, process);
    assertThat(look()).isEqualTo(new OtherAgentLives.Seen("process 12 on this machine"));

    processes.put(12L, new ProcessIdentity(OWN.machine(), 90));
    assertThat(look()).as("another one has its id").isInstanceOf(OtherAgentLives.None.class);
  }

  @Test
  void anAgentThatWasStoppedIsOverThoughItsProcessGoesOn() throws Exception {
    Topics.PROCESS.serve(vertx, pid -> Future.succeededFuture(OWN));
    AgentLife before = new AgentLife("agent-of-this-test", 12, OWN);
    before.began();
    lives.served(before, A, INCARNATION);
    assertThat(look()).isInstanceOf(OtherAgentLives.Seen.class);
    before.ended();
    assertThat(look()).isInstanceOf(OtherAgentLives.None.class);
  }

  @Test
  void beatsThatGoOnAreAnotherLifeUntilTheyEnd() throws Exception {
    servedElsewhere();
    assertThat(look()).isInstanceOf(OtherAgentLives.NotKnown.class);
    seen(List.of(new Beat(A, INCARNATION, 3)), List.of(), List.of());
    assertThat(look()).as("a count is no beat").isInstanceOf(OtherAgentLives.NotKnown.class);
    seconds += 5;
    seen(List.of(new Beat(A, INCARNATION, 4)), List.of(), List.of());
    assertThat(look()).isInstanceOf(OtherAgentLives.Seen.class);

    seconds += 15;
    assertThat(look()).isInstanceOf(OtherAgentLives.Seen.class);
    seconds += 1;
    assertThat(look()).as("silent for too long").isInstanceOf(OtherAgentLives.None.class);
  }

  @Test
  void silenceFromTheStartIsTheEndOfALife() throws Exception {
    servedElsewhere();
    seconds += 100;
    assertThat(look()).as("nothing was read yet").isInstanceOf(OtherAgentLives.NotKnown.class);
    seen(List.of(new Beat(A, INCARNATION, 3)), List.of(), List.of());
    seen(List.of(new Beat(A, new Incarnation(6, "x"), 30)), List.of(), List.of());
    seconds += 11;
    assertThat(look()).isInstanceOf(OtherAgentLives.NotKnown.class);
    seconds += 1;
    assertThat(look()).isInstanceOf(OtherAgentLives.None.class);
  }

  @Test
  void whatABackendVouchesForIsWaitedForUntilItEnds() throws Exception {
    servedElsewhere();
    seen(List.of(), List.of(new Beat(A, INCARNATION, 1)), List.of());
    seconds += 15;
    assertThat(look()).as("it may be a remnant").isInstanceOf(OtherAgentLives.NotKnown.class);
    seconds += 1;
    assertThat(look()).isInstanceOf(OtherAgentLives.Seen.class);
    seen(
        List.of(),
        List.of(),
        List.of(new Absence(A, INCARNATION, 1, Absence.Cause.SESSION_EXPIRED)));
    assertThat(look()).isInstanceOf(OtherAgentLives.None.class);
  }

  @Test
  void whoSaysThatItLeftOrRestartsIsOverAtOnceButNotWhoseProbeFails() throws Exception {
    servedElsewhere();
    seen(List.of(), List.of(), List.of(new Absence(A, INCARNATION, 1, Absence.Cause.PROBE_FAILED)));
    assertThat(look()).isInstanceOf(OtherAgentLives.NotKnown.class);
    seen(List.of(), List.of(), List.of(new Absence(A, INCARNATION, 1, Absence.Cause.RESTARTING)));
    assertThat(look()).isInstanceOf(OtherAgentLives.None.class);
  }

  private void servedElsewhere() throws Exception {
    ProcessIdentity process = new ProcessIdentity("boot-2/pid:[1]", 40);
    lives.served(new AgentLife("agent-1", 12, process), A, INCARNATION);
    look();
  }

  @Test
  void timeInWhichNoBeatCouldHaveBeenSeenIsNoSilence() throws Exception {
    servedElsewhere();
    seen(List.of(new Beat(A, INCARNATION, 3)), List.of(), List.of());
    seconds += 8;
    assertThat(look()).isInstanceOf(OtherAgentLives.NotKnown.class);

    seconds = 0;
    assertThat(look()).as("after an outage").isInstanceOf(OtherAgentLives.NotKnown.class);
    seconds += 11;
    assertThat(look()).isInstanceOf(OtherAgentLives.NotKnown.class);
    seen(List.of(new Beat(A, INCARNATION, 4)), List.of(), List.of());
    assertThat(look()).isInstanceOf(OtherAgentLives.Seen.class);
    seconds = 0;
    assertThat(look()).as("after another one").isInstanceOf(OtherAgentLives.Seen.class);
    seconds += 15;
    assertThat(look()).isInstanceOf(OtherAgentLives.Seen.class);
    seconds += 1;
    assertThat(look()).isInstanceOf(OtherAgentLives.None.class);
  }

  @Test
  void aBackendThatIsAwayDoesNotHideTheSilenceOfAnother() throws Exception {
    servedElsewhere();
    lives.sighted(new Sightings("away", 9_000, List.of(), List.of(), List.of(), List.of()));
    seen(List.of(new Beat(A, INCARNATION, 3)), List.of(), List.of());
    seconds += 1;
    seen(List.of(new Beat(A, INCARNATION, 4)), List.of(), List.of());
    seconds += 15;
    assertThat(look()).isInstanceOf(OtherAgentLives.Seen.class);
    seconds += 1;
    assertThat(look()).isInstanceOf(OtherAgentLives.None.class);
  }

  /** Looks after a poll that showed nothing new, where there was a poll before. */
  private OtherAgentLives.Answer look() throws Exception {
    if (sighted) {
      seen(List.of(), List.of(), List.of());
    }
    return await(lives.check(OWN));
  }

  private void seen(List<Beat> beats, List<Beat> held, List<Absence> gone) {
    sighted = true;
    lives.sighted(new Sightings("redis", seconds * 1000, beats, held, gone, List.of()));
  }
}
