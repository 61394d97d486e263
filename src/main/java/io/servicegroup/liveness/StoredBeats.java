package io.servicegroup.liveness;

import io.servicegroup.bus.WarnOnceLog;
import io.servicegroup.model.MemberId;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * Reads what is stored under the keys of our members. Others may have written to these keys: a
 * value that is no beat is ignored, and named in the log once.
 *
 * <p>Not thread-safe.
 */
public final class StoredBeats {

  private final String backend;
  private final WarnOnceLog warnings =
      new WarnOnceLog(LoggerFactory.getLogger(StoredBeats.class)::warn);

  /**
   * Makes a reader.
   *
   * @param backend the backend's configured name, for the log
   */
  public StoredBeats(String backend) {
    this.backend = backend;
  }

  /**
   * Reads one value.
   *
   * @param id the member to which the key belongs
   * @param key the key
   * @param text the stored text; null where there is none
   * @return the beat, or empty where there is none
   */
  public Optional<StoredBeat> read(MemberId id, String key, String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      StoredBeat beat = StoredBeat.read(text);
      warnings.settle(key);
      return Optional.of(beat);
    } catch (IllegalArgumentException e) {
      warnings.warn(
          key,
          "Backend %s: what stands under %s is no beat of %s and is ignored (%s): %s; the member's own agent writes over it"
              .formatted(
                  backend,
                  WarnOnceLog.printable(key),
                  id,
                  WarnOnceLog.printable(text),
                  e.getMessage()));
      return Optional.empty();
    }
  }
}
