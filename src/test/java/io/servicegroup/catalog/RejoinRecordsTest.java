package io.servicegroup.catalog;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Concerns;
import io.servicegroup.model.MemberId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RejoinRecordsTest {

  private static final MemberId H1 = new MemberId("compute", "h1");

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();

  /** The answers of the writes that were begun. The test completes them. */
  private final BlockingQueue<Promise<Boolean>> writes = new LinkedBlockingQueue<>();

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void whatIsBeingWrittenAgainIsNotWrittenYet() throws Exception {
    RejoinRecords records = on(() -> Future.succeededFuture(records()));
    RejoinRecord record =
        RejoinRecord.of(Services.spec("h1", 1), null, new AgentLife("agent-1", 1, null));
    Future<Void> joined = on(() -> Future.succeededFuture(records.store(Map.of(H1, record))));
    nextWrite().complete(true);
    await(joined);

    on(
        () -> {
          records.forget(H1);
          return Future.succeededFuture();
        });
    nextWrite().fail("away");
    Promise<Boolean> again = nextWrite();

    Future<Boolean> written = on(() -> Future.succeededFuture(records.written(H1)));
    assertThat(written.isComplete()).as("answered before the store did").isFalse();
    again.fail("still away");
    assertThat(await(written)).isFalse();
  }

  private RejoinRecords records() {
    ServiceCatalog catalog =
        (ServiceCatalog)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ServiceCatalog.class},
                (proxy, method, arguments) -> {
                  assertThat(method.getName()).isEqualTo("changeRejoinRecords");
                  Promise<Boolean> answer = Promise.promise();
                  writes.add(answer);
                  return answer.future();
                });
    return new RejoinRecords(
        vertx, catalog, new StoreReachability("store"), Concerns.ofCatalog(vertx), "agent");
  }

  private <T> T on(Supplier<Future<T>> work) throws Exception {
    Promise<T> done = Promise.promise();
    context.runOnContext(begun -> work.get().onComplete(done));
    return await(done.future());
  }

  private Promise<Boolean> nextWrite() throws InterruptedException {
    Promise<Boolean> next = next(writes);
    assertThat(next).as("no write came in time").isNotNull();
    Promise<Boolean> answer = Promise.promise();
    answer
        .future()
        .onSuccess(given -> context.runOnContext(begun -> next.complete(given)))
        .onFailure(failure -> context.runOnContext(begun -> next.fail(failure)));
    return answer;
  }
}
