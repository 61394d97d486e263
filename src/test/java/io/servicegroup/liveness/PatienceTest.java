package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PatienceTest {

  private long now;
  private final Patience patience =
      new Patience(Duration.ofMillis(500), Duration.ofSeconds(10), () -> now);

  @Test
  void givesAPathOfWhichNothingIsKnownTheUsualTime() {
    assertThat(patience.bound()).hasMillis(500);
    answered(1);
    assertThat(patience.bound()).hasMillis(500);
  }

  @Test
  void halfAnIntervalIsNeverSoShortThatABusyMachineLooksLikeAnOutage() {
    assertThat(Patience.half(Duration.ofSeconds(5))).hasMillis(2_500);
    assertThat(Patience.half(Duration.ofMillis(640))).hasMillis(320);
    assertThat(Patience.half(Duration.ofMillis(10))).hasMillis(320);
  }

  @Test
  void givesASlowPathTheTimeThatItNeeds() {
    failed(500);
    assertThat(patience.bound()).hasSeconds(1);
    answered(600);
    assertThat(patience.bound()).hasMillis(1_800);
    answered(600);
    assertThat(patience.bound()).hasMillis(1_800);
    answered(20);
    assertThat(patience.bound()).hasMillis(1_575);
    for (int i = 0; i < 20; i++) {
      answered(20);
    }
    assertThat(patience.bound()).hasMillis(500);
  }

  @Test
  void neverWaitsForLongerThanTheLongest() {
    for (int i = 0; i < 10; i++) {
      failed(patience.bound().toMillis());
    }
    assertThat(patience.bound()).hasSeconds(10);
    answered(9_000);
    assertThat(patience.bound()).hasSeconds(10);
  }

  @Test
  void learnsNothingFromARefusal() {
    failed(3);
    assertThat(patience.bound()).hasMillis(500);
  }

  private void answered(long millis) {
    call(millis).complete();
  }

  private void failed(long millis) {
    call(millis).fail("away");
  }

  private Promise<Void> call(long millis) {
    Promise<Void> answer = Promise.promise();
    Future<Void> called = patience.call(bound -> answer.future());
    assertThat(called.isComplete()).isFalse();
    now += TimeUnit.MILLISECONDS.toNanos(millis);
    return answer;
  }
}
