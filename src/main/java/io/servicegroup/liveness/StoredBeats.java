package io.servicegroup.liveness;

import io.servicegroup.bus.Remarks;
import io.servicegroup.model.MemberId;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * Reads what stands under the keys of our members. Anybody may have written there: what is no beat
 * is as if it were not there, and is named in the log once.
 *
 * <p>Not thread-safe.
 */
public final class StoredBeats {

  private final String backend;
  private final Remarks remarks = new Remarks(LoggerFactory.getLogger(StoredBeats.class));

  /**
   * Has read nothing yet.
   *
   * @param backend its configured name, for the log
   */
  public StoredBeats(String backend) {
    this.backend = backend;
  }

  /**
   * Reads one.
   *
   * @param id whose key it is
   * @param key under which it was found
   * @param text what was found; null where nothing was
   * @return what it says, or empty where it says nothing that can be believed
   */
  public Optional<StoredBeat> read(MemberId id, String key, String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      StoredBeat beat = StoredBeat.read(text);
      remarks.settle(key);
      return Optional.of(beat);
    } catch (IllegalArgumentException e) {
      remarks.say(
          key,
          "Backend %s: what stands under %s is no beat of %s and is ignored (%s): %s; the member's own agent writes over it"
              .formatted(backend, Remarks.shown(key), id, Remarks.shown(text), e.getMessage()));
      return Optional.empty();
    }
  }
}
