package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Topic;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What it takes to add a reason that an agent states: a {@link State} with its {@link Cause} and
 * the public {@link Reason}. Everything else follows from these three lines, and is held here, in
 * {@code PostgresStatesTest}, {@code LivenessEvaluatorTest} and {@code LocalHealthTest} for each of
 * them; the last is to let {@code OwnMember}, or whoever finds it out, state it.
 */
class StatedReasonsTest {

  private static final MemberId ID = new MemberId("compute", "host-1");
  private static final Incarnation LIFE = new Incarnation(7, "1f3a");

  /** Other agents read them, those of earlier releases among them: they only get more. */
  @Test
  void theWordsAreThoseThatOthersKnow() {
    assertThat(words(State.values()))
        .containsEntry("ALIVE", "alive")
        .containsEntry("FAILED", "failed")
        .containsEntry("RESTARTING", "restarting")
        .containsEntry("LEFT", "left")
        .containsEntry("DELETED", "deleted");
    assertThat(Arrays.stream(Cause.values()).map(Cause::text))
        .contains(
            "probe_failed",
            "left",
            "deleted",
            "session_expired",
            "refused",
            "expired",
            "restarting");
  }

  private static Map<String, String> words(State[] states) {
    return Arrays.stream(states).collect(Collectors.toMap(State::name, State::text));
  }

  /** Whoever is not beaten for is absent for a reason; whoever is beaten for is at most silent. */
  @ParameterizedTest
  @EnumSource(State.class)
  void eachHasItsRule(State state) {
    Cause cause = state.absence();
    if (state == State.ALIVE) {
      assertThat(cause).isNull();
      assertThat(state.beats()).isTrue();
      return;
    }
    assertThat(cause.reason()).isNotNull();
    assertThat(cause.stated()).isEqualTo(!state.beats());
    assertThat(cause.isSilence()).isEqualTo(state.beats());
    assertThat(cause.isReported()).isEqualTo(!state.beats() && !state.isEnd());
    assertThat(heartbeat(state, null).end()).isEqualTo(state.isEnd() ? state : State.LEFT);
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void eachIsReadAsItIsWritten(State state) {
    Heartbeat heartbeat = heartbeat(state, "a sentence");
    List<Heartbeat> all = List.of(heartbeat);
    assertThat(sent(Topics.HEARTBEAT, all)).isEqualTo(all);

    StoredBeat stored = StoredBeat.of(heartbeat);
    assertThat(stored.text()).isEqualTo("7-1f3a 42 " + state.text() + " a sentence");
    assertThat(StoredBeat.parse(stored.text())).contains(stored);
    assertThat(stored.isEnd()).isEqualTo(state.isEnd());
    if (state.absence() != null) {
      assertThat(stored.absence(ID)).isEqualTo(new Absence(ID, LIFE, 42, state.absence()));
    }
  }

  @ParameterizedTest
  @EnumSource(Cause.class)
  void eachAbsenceIsReadAsItIsSent(Cause cause) {
    Sightings seen =
        new Sightings(
            "b",
            1000,
            List.of(),
            List.of(),
            List.of(new Absence(ID, LIFE, 42, cause)),
            List.of(),
            false,
            0);
    assertThat(sent(Topics.SIGHTINGS, seen)).isEqualTo(seen);
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void eachReasonIsReadAsItIsSent(Reason reason) {
    Instant at = Instant.parse("2026-11-22T07:00:00Z");
    StatusChange change =
        new StatusChange("e1", 1, ID, "nova", Status.DOWN, Status.UP, reason, LIFE, at, at, "b");
    assertThat(sent(Topics.STATUS, change)).isEqualTo(change);
  }

  private static Heartbeat heartbeat(State state, String reason) {
    return new Heartbeat(ID, LIFE, 42, state, reason);
  }

  private static <T> T sent(Topic<T> topic, T message) {
    return topic.decode().apply(topic.encode().apply(message).copy());
  }
}
