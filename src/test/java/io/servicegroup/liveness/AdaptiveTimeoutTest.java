package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AdaptiveTimeoutTest {

  private long now;
  private final AdaptiveTimeout timeout =
      new AdaptiveTimeout(Duration.ofMillis(500), Duration.ofSeconds(10), () -> now);

  @Test
  void givesAPathOfWhichNothingIsKnownTheUsualTime() {
    assertThat(timeout.bound()).hasMillis(500);
    answered(1);
    assertThat(timeout.bound()).hasMillis(500);
  }

  @Test
  void halfAnIntervalIsNeverSoShortThatABusyMachineLooksLikeAnOutage() {
    assertThat(AdaptiveTimeout.half(Duration.ofSeconds(5))).hasMillis(2_500);
    assertThat(AdaptiveTimeout.half(Duration.ofMillis(640))).hasMillis(320);
    assertThat(AdaptiveTimeout.half(Duration.ofMillis(10))).hasMillis(320);
  }

  @Test
  void givesASlowPathTheTimeThatItNeeds() {
    failed(500);
    assertThat(timeout.bound()).hasSeconds(1);
    answered(600);
    assertThat(timeout.bound()).hasMillis(1_800);
    answered(600);
    assertThat(timeout.bound()).hasMillis(1_800);
    answered(20);
    assertThat(timeout.bound()).hasMillis(1_575);
    for (int i = 0; i < 20; i++) {
      answered(20);
    }
    assertThat(timeout.bound()).hasMillis(500);
  }

  @Test
  void neverWaitsForLongerThanTheLongest() {
    for (int i = 0; i < 10; i++) {
      failed(timeout.bound().toMillis());
    }
    assertThat(timeout.bound()).hasSeconds(10);
    answered(9_000);
    assertThat(timeout.bound()).hasSeconds(10);
  }

  @Test
  void learnsNothingFromARefusal() {
    failed(3);
    assertThat(timeout.bound()).hasMillis(500);
  }

  private void answered(long millis) {
    call(millis).complete();
  }

  private void failed(long millis) {
    call(millis).fail("away");
  }

  private Promise<Void> call(long millis) {
    Promise<Void> answer = Promise.promise();
    Future<Void> called = timeout.call(bound -> answer.future());
    assertThat(called.isComplete()).isFalse();
    now += TimeUnit.MILLISECONDS.toNanos(millis);
    return answer;
  }
}
