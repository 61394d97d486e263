package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Members;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which writes stand for a poll. */
class WriteProofTest {

  private static final MemberId H1 = new MemberId("g", "h1");
  private static final MemberId H2 = new MemberId("g", "h2");
  private static final Incarnation LIFE = new Incarnation(1, "x");

  private final Map<MemberId, String> store = new HashMap<>();
  private long nanos;

  private static LivenessSettings settings(boolean watchOwn) {
    Duration second = Duration.ofSeconds(1);
    return new LivenessSettings(
        "redis",
        "agent",
        BackendUri.parse("redis://127.0.0.1"),
        second,
        second.multipliedBy(3),
        second,
        LivenessHarness.watch(watchOwn, Set.of()));
  }

  private WriteProof proof(boolean watchOwn, MemberId... joined) {
    LivenessSettings settings = settings(watchOwn);
    Roster roster = new Roster(settings);
    for (MemberId id : joined) {
      roster.catalogued(
          new CatalogEvent(
              CatalogEvent.Type.JOINED,
              Members.of(id).incarnation(LIFE).agent("agent").backends("redis").build(),
              true));
    }
    return new WriteProof(settings, roster, () -> nanos);
  }

  private static Heartbeat beat(MemberId id, long count) {
    return new Heartbeat(id, LIFE, count, State.ALIVE, null);
  }

  private Observation write(WriteProof proof, Heartbeat... members) {
    Map<MemberId, String> before = new HashMap<>(store);
    Map<MemberId, String> written = new HashMap<>();
    for (Heartbeat member : members) {
      written.put(member.id(), StoredBeat.of(member).text());
    }
    store.putAll(written);
    return proof.of(List.of(members), List.of(), written, before);
  }

  @Test
  void theSecondBeatOfAllTellsTheirCounts() {
    WriteProof proof = proof(true, H1, H2);
    assertThat(write(proof, beat(H1, 1), beat(H2, 1))).as("what stood there is not known").isNull();
    assertThat(proof.isSurprised()).isFalse();
    assertThat(write(proof, beat(H1, 2), beat(H2, 2)).beats())
        .containsExactly(new Beat(H1, LIFE, 2), new Beat(H2, LIFE, 2));
  }

  @Test
  void whoWatchesOthersHasToPoll() {
    WriteProof proof = proof(false, H1);
    write(proof, beat(H1, 1));
    assertThat(write(proof, beat(H1, 2))).isNull();
    assertThat(proof.isPossible()).isFalse();
  }

  @Test
  void whoIsJoinedElsewhereOrNotBeatenForHasToBePolled() {
    WriteProof proof = proof(true, H1, H2);
    write(proof, beat(H1, 1));
    assertThat(write(proof, beat(H1, 2))).as("the other").isNull();
    Heartbeat failed = new Heartbeat(H2, LIFE, 1, State.FAILED, "x");
    write(proof, beat(H1, 3), failed);
    assertThat(write(proof, beat(H1, 4), failed)).as("one that failed").isNull();
    assertThat(proof.isSurprised()).isFalse();
  }

  @Test
  void whatIsMissingOrSomebodyElsesAsksForAPoll() {
    WriteProof proof = proof(true, H1);
    write(proof, beat(H1, 1));
    store.clear();
    assertThat(write(proof, beat(H1, 2))).isNull();
    assertThat(proof.isSurprised()).isTrue();
    assertThat(write(proof, beat(H1, 3))).isNotNull();
    assertThat(proof.isSurprised()).isFalse();
    store.put(H1, "2-y 1 alive");
    assertThat(write(proof, beat(H1, 4))).isNull();
    assertThat(proof.isSurprised()).isTrue();
  }

  @Test
  void aRepeatedWriteFindsItself() {
    WriteProof proof = proof(true, H1);
    write(proof, beat(H1, 1));
    store.put(H1, StoredBeat.of(beat(H1, 2)).text());
    assertThat(write(proof, beat(H1, 2))).isNotNull();
  }

  @Test
  void onceAMinuteThereIsAPoll() {
    WriteProof proof = proof(true, H1);
    write(proof, beat(H1, 1));
    nanos += Duration.ofSeconds(59).toNanos();
    assertThat(write(proof, beat(H1, 2))).isNotNull();
    nanos += Duration.ofSeconds(1).toNanos();
    assertThat(write(proof, beat(H1, 3))).isNull();
    assertThat(proof.isSurprised()).isFalse();
    assertThat(write(proof, beat(H1, 4))).isNotNull();
  }
}
