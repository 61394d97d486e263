package io.servicegroup.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.Logged;
import org.junit.jupiter.api.Test;

class OutageLogTest {

  private long nanos;

  @Test
  void aLossAndAReturnAreALineEachHoweverOftenItIsTried() {
    OutageLog log = new OutageLog("Backend a", () -> nanos);
    assertThat(
            Logged.during(
                () -> {
                  log.succeeded();
                  log.failed(new IllegalStateException("connection refused"));
                  nanos = 1_500_000_000L;
                  log.failed(new IllegalStateException("connection refused"));
                  log.succeeded();
                  log.succeeded();
                }))
        .containsExactly(
            "Backend a cannot be reached: connection refused", "Backend a is back after 1500 ms");
  }

  @Test
  void whatElseIsDoneWithItIsSaidInItsOwnWords() {
    OutageLog log =
        new OutageLog(
            "Backend a: this agent's beats", "cannot be written", "are written again", () -> nanos);
    assertThat(
            Logged.during(
                () -> {
                  log.failed(new IllegalStateException("no answer within 500 ms"));
                  log.succeeded();
                }))
        .containsExactly(
            "Backend a: this agent's beats cannot be written: no answer within 500 ms",
            "Backend a: this agent's beats are written again after 0 ms");
  }
}
