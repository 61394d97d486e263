package io.servicegroup.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.Logged;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreGuardTest {

  private final StoreGuard guard = new StoreGuard("redis://127.0.0.1");

  @Test
  void whatWasNotAskedOfTheStoreDoesNotTellThatItIsBack() {
    List<String> lines =
        Logged.during(
            () -> {
              guard.guard(Future.failedFuture("refused"));
              guard.guard(Future.succeededFuture(List.of()));
              guard.guard(Future.failedFuture("refused"));
            });
    assertThat(lines).hasSize(1);
  }

  @Test
  void anAnswerTellsIt() {
    List<String> lines =
        Logged.during(
            () -> {
              guard.guard(Future.failedFuture("refused"));
              Promise<String> answer = Promise.promise();
              guard.guard(answer.future());
              answer.complete("here");
            });
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).contains("is back");
  }
}
