package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientPairTest {

  private final List<String> dropped = new ArrayList<>();
  private int made;
  private final ClientPair<String> pair = new ClientPair<>(() -> "way-" + ++made, dropped::add);

  @Test
  void usesOneWayWhileItAnswers() {
    assertThat(pair.run(Future::succeededFuture).result()).isEqualTo("way-1");
    assertThat(pair.run(Future::succeededFuture).result()).isEqualTo("way-1");
    assertThat(made).isEqualTo(1);
  }

  @Test
  void dropsTheOneThatWasOvertaken() {
    Promise<String> hanging = Promise.promise();
    pair.run(way -> hanging.future());
    assertThat(pair.run(Future::succeededFuture).result()).isEqualTo("way-2");
    assertThat(dropped).containsExactly("way-1");
    hanging.fail("closed");
    assertThat(pair.run(Future::succeededFuture).result()).isEqualTo("way-1");
    assertThat(made).isEqualTo(2);
  }

  @Test
  void keepsTheSecondWhereTheFirstIsMerelySlow() {
    Promise<String> slow = Promise.promise();
    Promise<String> second = Promise.promise();
    pair.run(way -> slow.future());
    pair.run(way -> second.future());
    slow.complete("late");
    second.complete("later");
    assertThat(dropped).isEmpty();
  }

  @Test
  void refusesAThirdAttempt() {
    pair.run(way -> Promise.promise().future());
    pair.run(way -> Promise.promise().future());
    assertThat(pair.run(Future::succeededFuture).failed()).isTrue();
  }

  @Test
  void aWayIsFreeAgainAfterACallThatThrows() {
    for (int i = 0; i < 3; i++) {
      Future<String> thrown =
          pair.run(
              way -> {
                throw new IllegalStateException("never sent");
              });
      assertThat(thrown.cause()).hasMessage("never sent");
    }
    assertThat(pair.run(Future::succeededFuture).result()).isEqualTo("way-1");
  }
}
