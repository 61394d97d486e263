package io.servicegroup.backend.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What an agent concludes from its canary. */
class HazelcastCanaryTest {

  private final HazelcastCanary canary = new HazelcastCanary("agent");

  private String write() {
    String text = canary.next();
    canary.written();
    return text;
  }

  @Test
  void theFirstPollFindsNothingLost() {
    canary.read(null);
    assertThat(canary.takeLost()).isFalse();
  }

  @Test
  void whatWasWrittenIsNotLost() {
    canary.read(write());
    assertThat(canary.takeLost()).isFalse();
  }

  @Test
  void aMissingOneIsALossOnce() {
    write();
    canary.read(null);
    assertThat(canary.takeLost()).isTrue();
    assertThat(canary.takeLost()).isFalse();
  }

  @Test
  void anOlderOneAndAStrangersAreLosses() {
    String older = write();
    write();
    canary.read(older);
    assertThat(canary.takeLost()).isTrue();
    canary.read(new HazelcastCanary("agent").next());
    assertThat(canary.takeLost()).isTrue();
  }

  @Test
  void aWriteThatFailedMayHaveArrivedOrNot() {
    String acknowledged = write();
    String uncertain = canary.next();
    canary.read(acknowledged);
    canary.read(uncertain);
    assertThat(canary.takeLost()).isFalse();
  }
}
