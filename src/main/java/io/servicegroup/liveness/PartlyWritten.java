package io.servicegroup.liveness;

import io.servicegroup.model.Conflict;
import io.vertx.core.VertxException;
import java.util.List;

/**
 * A write in which some members' beats arrived and others' did not, in the time there was. The next
 * write begins with those.
 */
public final class PartlyWritten extends VertxException {
  private static final long serialVersionUID = 1;

  private final transient List<Conflict> conflicts;

  /**
   * Makes one.
   *
   * @param message a sentence on how many were not written, and why
   * @param conflicts what was found to stand in the way of others
   */
  public PartlyWritten(String message, List<Conflict> conflicts) {
    super(message, true);
    this.conflicts = List.copyOf(conflicts);
  }

  List<Conflict> conflicts() {
    return conflicts;
  }
}
