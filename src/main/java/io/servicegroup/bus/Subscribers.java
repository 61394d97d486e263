package io.servicegroup.bus;

import io.vertx.core.Context;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The subscribed listeners of one type. A listener that subscribes twice has two subscriptions. An
 * exception of a listener is logged and affects neither the other listeners nor the caller.
 *
 * <p>Threads: listeners are called on one context; subscriptions may be added and cancelled on any
 * thread.
 */
final class Subscribers<T> {

  private static final Logger LOG = LoggerFactory.getLogger(Subscribers.class);

  /** A subscription. It is no record, because two subscriptions of one listener are not equal. */
  private static final class Subscription<T> {
    private final T listener;
    private volatile boolean cancelled;

    private Subscription(T listener) {
      this.listener = listener;
    }
  }

  private final Context context;
  private final List<Subscription<T>> all = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  Subscribers(Context context) {
    this.context = context;
  }

  /**
   * Adds a listener on the context, so that no change falls between the present state and the first
   * change that the listener is told.
   *
   * @param listener the listener
   * @param presentState called on the context; returns the events that make up the present state
   * @param tell tells a listener such an event
   * @return cancels the subscription
   */
  <E> ServiceGroup.Registration add(
      T listener, Supplier<List<E>> presentState, BiConsumer<T, E> tell) {
    Subscription<T> subscription = new Subscription<>(listener);
    context.runOnContext(
        now -> {
          if (!subscription.cancelled && !closed) {
            all.add(subscription);
            presentState
                .get()
                .forEach(event -> call(subscription, subscribed -> tell.accept(subscribed, event)));
          }
        });
    return () -> {
      subscription.cancelled = true;
      all.remove(subscription);
    };
  }

  /** Calls every subscribed listener. */
  void callAll(Consumer<T> call) {
    all.forEach(subscription -> call(subscription, call));
  }

  /** Ends all subscriptions; no further call begins. */
  void close() {
    closed = true;
    all.clear();
  }

  private void call(Subscription<T> subscription, Consumer<T> call) {
    if (subscription.cancelled || closed) {
      return;
    }
    try {
      call.accept(subscription.listener);
    } catch (Throwable e) { // an Error too: it is the listener's, and must not stop the mirror
      LOG.error("A listener threw; it is told the next change nevertheless", e);
    }
  }
}
