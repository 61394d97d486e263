package io.servicegroup.backend.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Beat;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresLivenessSilenceTest {

  private static final int ROW = 7;
  private static final MemberId MEMBER = new MemberId("compute", "host-7");

  private long nanos;
  private final PostgresLivenessSilence silence =
      new PostgresLivenessSilence(Duration.ofSeconds(1), Duration.ofSeconds(5), () -> nanos);

  @BeforeEach
  void oneRowMoved() {
    PostgresLivenessRows.Read read = new PostgresLivenessRows.Read();
    read.beat(ROW, new Beat(MEMBER, null, 1));
    silence.saw(read, true);
  }

  @Test
  void whoIsSilentForLongIsNotLookedAtAnyMore() {
    pass(Duration.ofSeconds(2));
    assertThat(silence.suspects()).containsExactly(ROW);
    pass(Duration.ofSeconds(19));
    assertThat(silence.suspects()).isEmpty();
  }

  @Test
  void whoIsHeldIsLookedAtForAsLongAsItIsHeld() {
    for (int i = 0; i < 30; i++) {
      pass(Duration.ofSeconds(2));
      Integer[] suspects = silence.suspects();
      assertThat(suspects).containsExactly(ROW);
      assertThat(silence.held(suspects)).containsExactly(MEMBER);
    }
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }
}
