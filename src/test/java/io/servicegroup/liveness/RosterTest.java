package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.config.BackendUri;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.CatalogEvent.Type;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Members;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RosterTest {

  private static final MemberId H1 = new MemberId("compute", "h1");
  private static final Incarnation FIRST = new Incarnation(1, "a");

  private final Roster roster = new Roster(settings(false));

  private static LivenessSettings settings(boolean watchOwn, String... groups) {
    Duration second = Duration.ofSeconds(1);
    return new LivenessSettings(
        "redis",
        "agent-1",
        BackendUri.parse("redis://127.0.0.1"),
        second,
        second.multipliedBy(3),
        second,
        LivenessHarness.watch(watchOwn, Set.of(groups)));
  }

  private static Member member(MemberId id, Incarnation incarnation, String... backends) {
    return Members.of(id)
        .binary("bin")
        .version(0)
        .incarnation(incarnation)
        .agent("agent-1")
        .backends(backends)
        .build();
  }

  private void hear(Type type, Member member) {
    roster.catalogued(new CatalogEvent(type, member, false));
  }

  @Test
  void whoBeatsThroughThisBackendIsListed() {
    Member joined = member(H1, FIRST, "postgresql", "redis");
    hear(Type.JOINED, joined);
    assertThat(roster.members()).containsExactly(joined);
    assertThat(roster.get(H1)).isEqualTo(joined);
    assertThat(roster.get(new MemberId("compute", "h2"))).isNull();
  }

  @Test
  void whoBeatsElsewhereOrForNobodyIsNot() {
    hear(Type.JOINED, member(H1, FIRST, "postgresql"));
    hear(Type.JOINED, member(new MemberId("compute", "h2"), FIRST));
    hear(Type.JOINED, member(new MemberId("compute", "h3"), null, "redis"));
    assertThat(roster.members()).isEmpty();
  }

  @Test
  void theLastWordCounts() {
    hear(Type.JOINED, member(H1, FIRST, "redis"));
    Member again = member(H1, new Incarnation(2, "b"), "redis");
    hear(Type.UPDATED, again);
    assertThat(roster.members()).containsExactly(again);
    hear(Type.UPDATED, member(H1, new Incarnation(3, "c"), "zookeeper"));
    assertThat(roster.members()).as("moved to another backend").isEmpty();
    hear(Type.JOINED, again);
    hear(Type.DELETED, again);
    hear(Type.DELETED, again);
    assertThat(roster.members()).isEmpty();
    assertThat(roster.get(H1)).isNull();
  }

  @Test
  void groupsAreReadAsTheyAreWatched() {
    assertThat(roster.isWatched("compute")).as("all").isTrue();
    assertThat(new Roster(settings(true)).isWatched("compute")).as("own").isFalse();
    Roster some = new Roster(settings(false, "compute"));
    assertThat(some.isWatched("compute")).isTrue();
    assertThat(some.isWatched("network")).isFalse();
  }
}
