package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Members;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SilentAgentsTest {

  private static final MemberId ID = new MemberId("g", "h1");
  private static final Incarnation FIRST = new Incarnation(1, "a");
  private static final Incarnation SECOND = new Incarnation(2, "b");

  private static final LivenessSettings SETTINGS =
      new LivenessSettings(
          "zookeeper",
          "agent-0",
          BackendUri.parse("zookeeper://127.0.0.1"),
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofSeconds(1),
          LivenessHarness.watch(false, Set.of()));

  private final SilentAgents agents = new SilentAgents(SETTINGS);
  private long now = 1;

  private void joined(Incarnation incarnation, String agent) {
    Member member =
        Members.of(ID)
            .binary("worker")
            .version(0)
            .incarnation(incarnation)
            .agent(agent)
            .backends("zookeeper")
            .build();
    agents.catalogued(new CatalogEvent(CatalogEvent.Type.JOINED, member, false), now);
  }

  private Set<String> silentAfter(Duration time) {
    now += time.toNanos();
    return agents.silent(Set.of(), now);
  }

  private void saw(List<Beat> held, List<Absence> gone) {
    agents.saw(new Observation(List.of(), held, gone, List.of(), false), now);
  }

  @Test
  void whoseEndWasSeenIsNotAskedFor() {
    joined(FIRST, "agent-1");
    saw(List.of(new Beat(ID, FIRST, 1)), List.of());
    assertThat(silentAfter(Duration.ofSeconds(7))).isEmpty();

    saw(List.of(), List.of(new Absence(ID, FIRST, 1, Cause.SESSION_EXPIRED)));

    assertThat(silentAfter(Duration.ofSeconds(8))).isEmpty();
  }

  @Test
  void aMemberIsSilentSinceItsBeatWasWrittenAndNotSinceItWasRead() {
    joined(FIRST, "agent-1");
    saw(1, 0);
    now += Duration.ofSeconds(5).toNanos();
    saw(2, 4_000);
    assertThat(silentAfter(Duration.ofMillis(3_500))).isEmpty();
    assertThat(silentAfter(Duration.ofMillis(1))).containsExactly("agent-1");
  }

  private void saw(long count, long ageMillis) {
    Beat beat = new Beat(ID, FIRST, count);
    agents.saw(
        new Observation(
            List.of(beat),
            List.of(),
            List.of(),
            List.of(),
            false,
            false,
            Map.of(ID, ageMillis),
            true),
        now);
  }

  @Test
  void theEndOfAnEarlierLifeIsNotThatOfTheOneThatWasJoinedSince() {
    joined(FIRST, "agent-1");
    saw(List.of(new Beat(ID, FIRST, 1)), List.of());
    joined(SECOND, "agent-2");

    saw(List.of(), List.of(new Absence(ID, FIRST, 1, Cause.SESSION_EXPIRED)));

    assertThat(silentAfter(Duration.ofSeconds(8))).containsExactly("agent-2");
  }
}
