package io.servicegroup.agent;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.FaultException;
import io.servicegroup.model.Fault;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class FirstContactTest {

  private final AtomicInteger attempts = new AtomicInteger();
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private Vertx vertx;

  @BeforeEach
  void keep(Vertx given) {
    vertx = given;
  }

  private Future<String> reach(Duration limit, Supplier<Future<String>> attempt) {
    return new FirstContact(vertx, "catalog.uri", "db://h", limit, cancelled::get)
        .reach(
            () -> {
              attempts.incrementAndGet();
              return attempt.get();
            });
  }

  private static Throwable failure(Future<?> future) {
    return await(future.map((Throwable) null).otherwise(failure -> failure));
  }

  private static Future<String> refuse() {
    return Future.failedFuture("Connection refused");
  }

  @Test
  void triesUntilItWorks() {
    Future<String> reached =
        reach(
            Duration.ofMinutes(1),
            () -> attempts.get() < 4 ? refuse() : Future.succeededFuture("here"));
    assertThat(failure(reached)).isNull();
    assertThat(reached.result()).isEqualTo("here");
    assertThat(attempts).hasValue(4);
  }

  @Test
  void saysWhatStoodInTheWayWhenItsTimeIsOver() {
    assertThat(failure(reach(Duration.ofMillis(300), FirstContactTest::refuse)))
        .isInstanceOf(StartException.class)
        .hasMessage(
            "catalog.uri: cannot reach db://h: Connection refused (agent.start_timeout 300ms)");
    assertThat(attempts).hasValueGreaterThan(1);
  }

  @Test
  void anAttemptThatHangsEndsWithTheTimeAndIsTheOnlyOne() {
    Promise<String> never = Promise.promise();
    assertThat(failure(reach(Duration.ofMillis(300), never::future)))
        .hasMessage("catalog.uri: cannot reach db://h: no answer (agent.start_timeout 300ms)");
    assertThat(attempts).hasValue(1);
  }

  @Test
  void doesNotTryAgainWhereAKeyHasToChange() {
    FaultException wrong =
        FaultException.lacking(
            new Fault("catalog.uri", "db://h", "db://h lacks tables"),
            new Fault("catalog.create_tables", "none", "set it to all"));
    assertThat(failure(reach(Duration.ofMinutes(1), () -> Future.failedFuture(wrong))))
        .isInstanceOf(StartException.class)
        .hasMessage(
            "catalog.uri: db://h lacks tables and catalog.create_tables is none: set it to all");
    assertThat(attempts).hasValue(1);
  }

  @Test
  void aDriversWordsDoNotDecideWhetherTryingAgainIsNoUse() {
    assertThat(
            failure(
                reach(
                    Duration.ofMillis(300),
                    () -> Future.failedFuture("http: // is no protocol; agent.x: none"))))
        .hasMessageStartingWith("catalog.uri: cannot reach db://h: http: //");
    assertThat(attempts).hasValueGreaterThan(1);
  }

  @Test
  void doesNotTryAgainWhereNobodyWaits() {
    cancelled.set(true);
    assertThat(failure(reach(Duration.ofMinutes(1), FirstContactTest::refuse))).isNotNull();
    assertThat(attempts).hasValue(1);
  }
}
