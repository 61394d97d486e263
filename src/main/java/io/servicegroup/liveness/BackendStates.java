package io.servicegroup.liveness;

import io.servicegroup.model.BackendState;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * The last published state of each backend. A backend's liveness verticle publishes it, and the
 * evaluation publishes it again with the verdicts that it withholds. As both use one event bus
 * address, the evaluation receives its own messages as well: it ignores them, and publishes again
 * where one crossed with a newer message of the verticle.
 *
 * <p>Not thread-safe.
 */
final class BackendStates {

  private final Consumer<BackendState> publisher;
  private final Map<String, BackendState> known = new HashMap<>();

  /** What was published here and was not received back yet; the event bus keeps the order. */
  private final Queue<BackendState> own = new ArrayDeque<>();

  /**
   * Makes an object that knows no state yet.
   *
   * @param publisher publishes a state
   */
  BackendStates(Consumer<BackendState> publisher) {
    this.publisher = publisher;
  }

  /** The last state of a backend, or null. */
  BackendState of(String backend) {
    return known.get(backend);
  }

  /**
   * Takes a message in.
   *
   * @return whether the backend's liveness verticle sent it
   */
  boolean take(BackendState said) {
    if (said.equals(own.peek())) {
      own.remove();
      BackendState last = known.get(said.backend());
      if (own.isEmpty() && !last.equals(said)) {
        show(last);
      }
      return false;
    }
    known.put(said.backend(), said);
    return true;
  }

  /** Publishes a state again, with the verdicts that are withheld now. */
  void show(BackendState state) {
    known.put(state.backend(), state);
    own.add(state);
    publisher.accept(state);
  }
}
