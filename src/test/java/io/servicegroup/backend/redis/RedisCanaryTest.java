package io.servicegroup.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What counts as data that were lost. */
class RedisCanaryTest {

  private final AtomicLong now = new AtomicLong();
  private final RedisCanary canary = new RedisCanary("key", Duration.ofSeconds(15), now::get);

  /** The value in {@code SET key value PX life}. */
  private static String value(Request request) {
    return request.toString().split("\r\n")[6];
  }

  private String write() {
    String value = value(canary.writeNext());
    canary.acknowledged();
    return value;
  }

  @Test
  void nothingIsLostBeforeAnythingWasWritten() {
    assertThat(canary.isLost(null)).isFalse();
    canary.writeNext();
    assertThat(canary.isLost(null)).as("written, but perhaps not arrived").isFalse();
  }

  @Test
  void whatWasWrittenHasToBeThere() {
    String first = write();
    assertThat(canary.isLost(first)).isFalse();
    assertThat(canary.isLost(null)).isTrue();
    String second = write();
    assertThat(canary.isLost(second)).isFalse();
    assertThat(canary.isLost(first)).as("older").isTrue();
    assertThat(canary.isLost("other 99")).as("somebody else's").isTrue();
  }

  @Test
  void aWriteWithoutAnAnswerMayHaveArrived() {
    String first = write();
    String unanswered = value(canary.writeNext());
    assertThat(canary.isLost(first)).isFalse();
    assertThat(canary.isLost(unanswered)).isFalse();
  }

  @Test
  void whatExpiredWhileThisProcessWasAwayIsNotLost() {
    String first = write();
    now.addAndGet(RedisCanary.LEAST_LIFE.toMillis() - 1);
    assertThat(canary.isLost(null)).isTrue();
    now.incrementAndGet();
    assertThat(canary.isLost(null)).isFalse();
    assertThat(canary.isLost(first)).isFalse();
  }
}
