package io.servicegroup.backend.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.backend.hazelcast.HazelcastPresence.State;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Members;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read out of the map, by what became of the Hazelcast members. */
class HazelcastSightingsTest {

  private static final MemberId ID = new MemberId("g", "h");
  private static final Incarnation LIFE = new Incarnation(7, "abc");
  private static final UUID OWNER = UUID.randomUUID();

  private static Observation see(String beat, State owner) {
    Member member =
        Members.of(ID)
            .binary("b")
            .uuid("u")
            .incarnation(LIFE)
            .agent("agent")
            .backends("hazelcast")
            .build();
    Optional<HazelcastEntry> entry =
        beat == null ? Optional.empty() : HazelcastEntry.parse(OWNER + " " + beat);
    return HazelcastSightings.of(
        List.of(member),
        id -> entry,
        id -> OWNER,
        uuid -> uuid.equals(OWNER) ? owner : State.UNSUSPECTED,
        false);
  }

  @ParameterizedTest
  @EnumSource(
      value = State.class,
      names = {"UNSUSPECTED", "SILENT"})
  void aBeatIsABeat(State owner) {
    Observation seen = see("7-abc 42 alive", owner);
    assertThat(seen.beats()).containsExactly(new Beat(ID, LIFE, 42));
    assertThat(seen.gone()).isEmpty();
    assertThat(seen.held()).isEmpty();
    assertThat(seen.unwitnessed()).isEmpty();
  }

  @Test
  void whoseOwnerIsDeadIsGone() {
    Observation seen = see("7-abc 42 alive", State.DEAD);
    assertThat(seen.gone()).containsExactly(new Absence(ID, LIFE, 42, Cause.REFUSED));
    assertThat(seen.beats()).isEmpty();
  }

  @Test
  void whoseOwnerIsApartCannotBeHeard() {
    Observation seen = see("7-abc 42 alive", State.APART);
    assertThat(seen.unwitnessed()).containsExactly(ID);
    assertThat(seen.gone()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void whatWasStatedIsNotOverruledByTheOwnersEnd(State owner) {
    assertThat(see("7-abc 42 restarting", owner).gone())
        .containsExactly(new Absence(ID, LIFE, 42, Cause.RESTARTING));
    assertThat(see("7-abc 42 left", owner).gone())
        .containsExactly(new Absence(ID, LIFE, 42, Cause.LEFT));
    assertThat(see("7-abc 42 failed refused by 1.2.3.4", owner).gone())
        .containsExactly(new Absence(ID, LIFE, 42, Cause.PROBE_FAILED));
    assertThat(see("7-abc 42 failed", owner).unwitnessed()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nonsense", "7-abc x alive"})
  void whatIsNotOursIsNothing(String beat) {
    assertThat(see(beat, State.DEAD))
        .isEqualTo(new Observation(List.of(), List.of(), List.of(), List.of(), false));
  }

  @Test
  void aMissingEntryIsNothing() {
    assertThat(see(null, State.DEAD).gone()).isEmpty();
    assertThat(see(null, State.SILENT).unwitnessed()).isEmpty();
  }

  @Test
  void whatExpiredWhileTheClustersAreApartIsNoSilence() {
    assertThat(see(null, State.APART).unwitnessed()).containsExactly(ID);
  }

  @Test
  void anEntryIsReadAsItWasWritten() {
    StoredBeat beat = new StoredBeat(LIFE, 42, Heartbeat.State.FAILED, "a b\nc");
    for (UUID owner : new UUID[] {OWNER, null}) {
      HazelcastEntry entry = new HazelcastEntry(owner, beat);
      assertThat(HazelcastEntry.parse(entry.text())).contains(entry);
    }
    assertThat(HazelcastEntry.parse(null)).isEmpty();
    assertThat(HazelcastEntry.parse("? 7-abc 1 alive")).get().extracting("owner").isNull();
    assertThat(HazelcastEntry.key(new MemberId("a", "b c")))
        .isNotEqualTo(HazelcastEntry.key(new MemberId("a b", "c")))
        .isNotEqualTo(HazelcastEntry.canaryKey("b c"));
  }
}
