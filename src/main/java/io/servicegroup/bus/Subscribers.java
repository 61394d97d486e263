package io.servicegroup.bus;

import io.vertx.core.Context;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of one kind. Each subscription is its own, also where one listener subscribed
 * twice; and whatever a listener throws, the others and the caller go on.
 *
 * <p>Threads: told on one context; subscriptions are added and cancelled on any thread.
 */
final class Subscribers<T> {

  private static final Logger LOG = LoggerFactory.getLogger(Subscribers.class);

  /** No record: two subscriptions of one listener are not equal. */
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
   * Adds a listener on the context, so that nothing happens between the greeting and the first
   * news.
   *
   * @param greeting asked on the context for what the listener is told first
   */
  ServiceGroup.Registration add(T listener, Supplier<List<Consumer<T>>> greeting) {
    Subscription<T> subscription = new Subscription<>(listener);
    context.runOnContext(
        now -> {
          if (!subscription.cancelled && !closed) {
            all.add(subscription);
            greeting.get().forEach(news -> tell(subscription, news));
          }
        });
    return () -> {
      subscription.cancelled = true;
      all.remove(subscription);
    };
  }

  /** Tells everybody who is subscribed. */
  void tell(Consumer<T> news) {
    all.forEach(subscription -> tell(subscription, news));
  }

  /** Begins no further call. */
  void close() {
    closed = true;
    all.clear();
  }

  private void tell(Subscription<T> subscription, Consumer<T> news) {
    if (subscription.cancelled || closed) {
      return;
    }
    try {
      news.accept(subscription.listener);
    } catch (Throwable e) { // an Error too: it is the listener's, and must not stop the mirror
      LOG.error("A listener threw; it is told the next change nevertheless", e);
    }
  }
}
