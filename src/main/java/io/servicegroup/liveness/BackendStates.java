package io.servicegroup.liveness;

import io.servicegroup.model.BackendState;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * The state of each backend as it was said last. Its verticle says it, and the evaluation says it
 * again with the verdicts that it withholds. As both use one address, the evaluation hears its own
 * words again: they are no news, and one that crossed with a word of the verticle's is corrected.
 *
 * <p>Not thread-safe.
 */
final class BackendStates {

  private final Consumer<BackendState> publisher;
  private final Map<String, BackendState> known = new HashMap<>();

  /** What was published here and has not come back yet; the event bus keeps its order. */
  private final Queue<BackendState> own = new ArrayDeque<>();

  /**
   * Makes one that knows of no backend.
   *
   * @param publisher where the evaluation's words go
   */
  BackendStates(Consumer<BackendState> publisher) {
    this.publisher = publisher;
  }

  /** What was said last of a backend, or null. */
  BackendState of(String backend) {
    return known.get(backend);
  }

  /**
   * Takes a message in.
   *
   * @return whether the backend's verticle said it
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

  /** Says a state anew, with what is withheld now. */
  void show(BackendState state) {
    known.put(state.backend(), state);
    own.add(state);
    publisher.accept(state);
  }
}
