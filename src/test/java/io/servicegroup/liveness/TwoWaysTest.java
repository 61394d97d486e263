package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TwoWaysTest {

  private final List<String> dropped = new ArrayList<>();
  private int made;
  private final TwoWays<String> ways = new TwoWays<>(() -> "way-" + ++made, dropped::add);

  @Test
  void usesOneWayWhileItAnswers() {
    assertThat(ways.run(Future::succeededFuture).result()).isEqualTo("way-1");
    assertThat(ways.run(Future::succeededFuture).result()).isEqualTo("way-1");
    assertThat(made).isEqualTo(1);
  }

  @Test
  void dropsTheOneThatWasOvertaken() {
    Promise<String> hanging = Promise.promise();
    ways.run(way -> hanging.future());
    assertThat(ways.run(Future::succeededFuture).result()).isEqualTo("way-2");
    assertThat(dropped).containsExactly("way-1");
    hanging.fail("closed");
    assertThat(ways.run(Future::succeededFuture).result()).isEqualTo("way-1");
    assertThat(made).isEqualTo(2);
  }

  @Test
  void keepsTheSecondWhereTheFirstIsMerelySlow() {
    Promise<String> slow = Promise.promise();
    Promise<String> second = Promise.promise();
    ways.run(way -> slow.future());
    ways.run(way -> second.future());
    slow.complete("late");
    second.complete("later");
    assertThat(dropped).isEmpty();
  }

  @Test
  void refusesAThirdAttempt() {
    ways.run(way -> Promise.promise().future());
    ways.run(way -> Promise.promise().future());
    assertThat(ways.run(Future::succeededFuture).failed()).isTrue();
  }

  @Test
  void aWayIsFreeAgainAfterACallThatThrows() {
    for (int i = 0; i < 3; i++) {
      Future<String> thrown =
          ways.run(
              way -> {
                throw new IllegalStateException("never sent");
              });
      assertThat(thrown.cause()).hasMessage("never sent");
    }
    assertThat(ways.run(Future::succeededFuture).result()).isEqualTo("way-1");
  }
}
