package io.servicegroup.liveness;

import io.servicegroup.model.Conflict;
import io.vertx.core.VertxException;
import java.util.List;

/**
 * The failure of a write that stored the beats of some members and ran out of time for the others.
 * The next write begins with the others.
 */
public final class PartlyWritten extends VertxException {
  private static final long serialVersionUID = 1;

  private final transient List<Conflict> conflicts;

  /**
   * Makes the failure.
   *
   * @param message a sentence that says how many beats were not written, and why
   * @param conflicts the conflicts that were found
   */
  public PartlyWritten(String message, List<Conflict> conflicts) {
    super(message, true);
    this.conflicts = List.copyOf(conflicts);
  }

  List<Conflict> conflicts() {
    return conflicts;
  }
}
