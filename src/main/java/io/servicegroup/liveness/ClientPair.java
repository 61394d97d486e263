package io.servicegroup.liveness;

import io.vertx.core.Future;
import io.vertx.core.VertxException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A client with one connection, and a second one for calls that are repeated while the first does
 * not answer. The second client is created when it is first needed. Where a later call was answered
 * before an earlier one, the connection of the earlier call is dropped, because it does not answer.
 *
 * <p>Not thread-safe.
 *
 * @param <C> a client of one connection, which connects again after it was dropped
 */
public final class ClientPair<C> {

  private final Supplier<C> make;
  private final Consumer<C> drop;
  private final List<Slot> slots = new ArrayList<>();
  private long started;

  /**
   * Makes the first client.
   *
   * @param make makes a client
   * @param drop closes a client's connection at once; calls on it fail
   */
  public ClientPair(Supplier<C> make, Consumer<C> drop) {
    this.make = make;
    this.drop = drop;
    slots.add(new Slot(make.get()));
  }

  /**
   * The client that is used first.
   *
   * @return the first client
   */
  public C first() {
    return slots.get(0).client;
  }

  /**
   * Makes a call on a client that waits for no answer.
   *
   * @param work the call
   * @return its answer; fails at once where both clients wait
   */
  public <T> Future<T> run(Function<C, Future<T>> work) {
    Slot free = free();
    if (free == null) {
      return Future.failedFuture(
          new VertxException("two attempts before this one have not been answered yet", true));
    }
    long number = ++started;
    free.running = number;
    return call(free.client, work)
        .onComplete(
            answer -> {
              free.running = 0;
              if (answer.succeeded()) {
                overtake(number);
              }
            });
  }

  /** A call that throws has failed as well: its client must not count as waiting for ever. */
  private static <C, T> Future<T> call(C client, Function<C, Future<T>> work) {
    try {
      return work.apply(client);
    } catch (Throwable e) { // an Error too
      return Future.failedFuture(e);
    }
  }

  private Slot free() {
    for (Slot slot : slots) {
      if (slot.running == 0) {
        return slot;
      }
    }
    if (slots.size() == 1) {
      slots.add(new Slot(make.get()));
      return slots.get(1);
    }
    return null;
  }

  /** Drops the connections of calls that began earlier and are not answered yet. */
  private void overtake(long number) {
    slots.stream()
        .filter(slot -> slot.running != 0 && slot.running < number)
        .forEach(slot -> drop.accept(slot.client));
  }

  /**
   * Does something with each client.
   *
   * @param action what to do
   */
  public void each(Consumer<C> action) {
    slots.forEach(slot -> action.accept(slot.client));
  }

  /**
   * Closes each client.
   *
   * @param close closes one
   * @return completes when all are closed; never fails
   */
  public Future<Void> close(Function<C, Future<Void>> close) {
    return Future.join(slots.stream().map(slot -> close.apply(slot.client)).toList())
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }

  private final class Slot {
    private final C client;

    /** The number of the call that runs on it, or 0. */
    private long running;

    Slot(C client) {
      this.client = client;
    }
  }
}
