package io.servicegroup.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.Logged;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreReachabilityTest {

  private final StoreReachability reachability = new StoreReachability("redis://127.0.0.1");

  @Test
  void whatWasNotAskedOfTheStoreDoesNotTellThatItIsBack() {
    List<String> lines =
        Logged.during(
            () -> {
              reachability.observe(Future.failedFuture("refused"));
              reachability.observe(Future.succeededFuture(List.of()));
              reachability.observe(Future.failedFuture("refused"));
            });
    assertThat(lines).hasSize(1);
  }

  @Test
  void anAnswerTellsIt() {
    List<String> lines =
        Logged.during(
            () -> {
              reachability.observe(Future.failedFuture("refused"));
              Promise<String> answer = Promise.promise();
              reachability.observe(answer.future());
              answer.complete("here");
            });
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).contains("is back");
  }
}
