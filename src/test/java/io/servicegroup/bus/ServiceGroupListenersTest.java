package io.servicegroup.bus;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Digest;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Listeners may throw anything and may end their subscription at any time. */
class ServiceGroupListenersTest {

  private final Vertx vertx = Vertx.vertx();
  private final FakeEvaluator evaluator = new FakeEvaluator(vertx);
  private final BlockingQueue<StatusChange> heard = new LinkedBlockingQueue<>();

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void anErrorThrownByAListenerDoesNotFreezeTheMirror() throws Exception {
    evaluator.serve().knows("compute/a", Status.UP);
    ServiceGroup services = ServiceGroup.create(vertx);
    services.onChange(
        change -> {
          throw new StackOverflowError("expected by the test");
        });
    services.onChange(heard::add);
    assertThat(next(heard).status()).isEqualTo(Status.UP);
    evaluator.loses("compute/a", Status.DOWN, Reason.LEFT);
    evaluator.digest();
    assertThat(next(heard).status()).isEqualTo(Status.DOWN);
    evaluator.changes("compute/a", Status.UP, Reason.HEARTBEAT);
    assertThat(next(heard).status()).isEqualTo(Status.UP);
  }

  @Test
  void anErrorThrownByANumberedListenerDoesNotFreezeTheMirror() throws Exception {
    evaluator.serve().knows("compute/a", Status.UP);
    ServiceGroup services = ServiceGroup.create(vertx);
    services.follow(
        new ServiceGroup.NumberedListener() {
          @Override
          public void resynced(Digest at) {
            throw new NoClassDefFoundError("expected by the test");
          }

          @Override
          public void next(StatusChange change) {
            throw new NoClassDefFoundError("expected by the test");
          }
        });
    services.onChange(heard::add);
    assertThat(next(heard).status()).isEqualTo(Status.UP);
    evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    assertThat(next(heard).status()).isEqualTo(Status.DOWN);
  }

  @Test
  void aListenerThatCancelsItselfInItsGreetingIsCalledOnce() throws Exception {
    evaluator.serve();
    for (String host : List.of("a", "b", "c")) {
      evaluator.knows("compute/" + host, Status.UP);
    }
    ServiceGroup services = ServiceGroup.create(vertx);
    services.onChange(heard::add);
    changes(3);
    BlockingQueue<StatusChange> once = new LinkedBlockingQueue<>();
    ServiceGroup.Registration[] registration = new ServiceGroup.Registration[1];
    vertx.runOnContext(
        now ->
            registration[0] =
                services.onChange(
                    change -> {
                      once.add(change);
                      registration[0].cancel();
                    }));
    next(once);
    evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    next(heard);
    assertThat(once).isEmpty();
  }

  @Test
  void aListenerThatCancelsAnotherInTheMiddleOfANewsKeepsItFromBeingCalled() throws Exception {
    evaluator.serve().knows("compute/a", Status.UP);
    ServiceGroup services = ServiceGroup.create(vertx);
    services.onChange(heard::add);
    next(heard);
    List<ServiceGroup.Registration> others = new ArrayList<>();
    services.onChange(
        change -> {
          if (change.status() == Status.DOWN) {
            others.forEach(ServiceGroup.Registration::cancel);
          }
        });
    BlockingQueue<StatusChange> cancelled = new LinkedBlockingQueue<>();
    others.add(services.onChange(cancelled::add));
    next(cancelled);
    BlockingQueue<StatusChange> last = new LinkedBlockingQueue<>();
    services.onChange(last::add);
    next(last);
    evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    next(last);
    assertThat(cancelled).isEmpty();
  }

  @Test
  void cancellingTwiceEndsNobodyElsesSubscription() throws Exception {
    evaluator.serve().knows("compute/a", Status.UP);
    ServiceGroup services = ServiceGroup.create(vertx);
    Consumer<StatusChange> same = heard::add;
    ServiceGroup.Registration first = services.onChange(same);
    services.onChange(same);
    changes(2);
    first.cancel();
    first.cancel();
    evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    assertThat(next(heard).status()).isEqualTo(Status.DOWN);
    assertThat(heard).isEmpty();
  }

  private void changes(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      next(heard);
    }
  }
}
