package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class StoredBeatTest {

  private static final MemberId ID = new MemberId("compute", "host-1");
  private static final Incarnation LIFE = new Incarnation(7, "1f3a");

  private static Heartbeat heartbeat(Heartbeat.State state, String reason) {
    return new Heartbeat(ID, LIFE, 42, state, reason);
  }

  @Property
  void whatIsWrittenIsReadAgain(@ForAll("beats") StoredBeat beat) {
    assertThat(StoredBeat.parse(beat.text())).contains(beat);
  }

  @Property
  void noTextThrows(@ForAll String text, @ForAll("beats") StoredBeat beat, @ForAll int cut) {
    StoredBeat.parse(text)
        .ifPresent(
            read -> assertThat(read.text()).as("what is read is what is there").isEqualTo(text));
    String whole = beat.text();
    String part = whole.substring(Math.floorMod(cut, whole.length()));
    assertThat(StoredBeat.parse(text + " " + part)).isNotNull();
  }

  @Provide
  static Arbitrary<StoredBeat> beats() {
    Arbitrary<Incarnation> incarnation =
        Combinators.combine(
                Arbitraries.longs().between(1, Incarnation.GREATEST),
                Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(64))
            .as(Incarnation::new);
    return Combinators.combine(
            incarnation,
            Arbitraries.longs().between(0, 999_999_999_999_999_999L),
            Arbitraries.of(State.values()),
            Arbitraries.strings().injectNull(0.5))
        .as(StoredBeat::new);
  }

  @Test
  void theFormIsReadable() {
    assertThat(StoredBeat.of(heartbeat(Heartbeat.State.ALIVE, null)).text())
        .isEqualTo("7-1f3a 42 alive");
    assertThat(StoredBeat.of(heartbeat(Heartbeat.State.FAILED, "no answer\nat all")).text())
        .isEqualTo("7-1f3a 42 failed no answer\nat all");
    assertThat(StoredBeat.left(heartbeat(Heartbeat.State.FAILED, "no answer")).text())
        .isEqualTo("7-1f3a 42 left");
  }

  @ParameterizedTest
  @CsvSource({
    "failed, PROBE_FAILED",
    "restarting, RESTARTING",
    "left, LEFT",
  })
  void whoIsNotAliveIsAbsentForAReason(String state, Absence.Cause cause) {
    StoredBeat beat = StoredBeat.parse("7-1f3a 42 " + state).orElseThrow();
    assertThat(beat.isAlive()).isFalse();
    assertThat(beat.absence(ID)).isEqualTo(new Absence(ID, LIFE, 42, cause));
  }

  @Test
  void whoIsAliveBeats() {
    StoredBeat beat = StoredBeat.parse("7-1f3a 42 alive").orElseThrow();
    assertThat(beat.isAlive()).isTrue();
    assertThat(beat.beat(ID)).isEqualTo(new Beat(ID, LIFE, 42));
  }

  @Test
  void everyStateOfAHeartbeatCanBeStored() {
    assertThat(Arrays.stream(Heartbeat.State.values()))
        .allSatisfy(
            state ->
                assertThat(StoredBeat.of(heartbeat(state, null)).text()).endsWith(state.text()));
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        " ",
        "It's alive!",
        "Not dead!",
        "7-1f3a",
        "7-1f3a 42",
        "7-1f3a 42 ",
        "7-1f3a 42 dead",
        "7-1f3a 42 Alive",
        "7-1f3a 42 alivex",
        " 7-1f3a 42 alive",
        "7-1f3a  42 alive",
        "7-1f3a -1 alive",
        "7-1f3a 4.2 alive",
        "7-1f3a x alive",
        "7-1f3a ٤٢ alive",
        "7-1f3a 9999999999999999999 alive",
        "0-1f3a 42 alive",
        "100000000000000000-1f3a 42 alive",
        "999999999999999999-1f3a 42 alive",
        "-7-1f3a 42 alive",
        "7- 42 alive",
        "7 42 alive",
        "9999999999999999999-a 42 alive"
      })
  void whatIsNotOursIsNothing(String text) {
    assertThat(StoredBeat.parse(text)).isEmpty();
  }
}
