package io.servicegroup.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.CatalogLoss;
import io.servicegroup.model.MemberId;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CatalogLossesTest {

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  @Test
  void timesAreInMillisecondsAsAllOthers() {
    CompletableFuture<CatalogLoss> told = new CompletableFuture<>();
    Topics.CATALOG_LOSS.consume(vertx, told::complete);
    new CatalogLosses(vertx, "redis://h").found(Set.of(new MemberId("g", "h")));
    Instant since = told.orTimeout(10, TimeUnit.SECONDS).join().since();
    assertThat(since).isEqualTo(since.truncatedTo(ChronoUnit.MILLIS));
  }
}
