package io.servicegroup.heartbeat.probe;

import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs once that services cannot be probed because this agent itself lacks something, and once that
 * all of them can be probed again, however many they are.
 *
 * <p>Not thread-safe.
 */
final class LackLog {

  private static final Logger LOG = LoggerFactory.getLogger(LackLog.class);

  private final Set<Object> blind = new HashSet<>();
  private int most;

  /**
   * A look could not be made.
   *
   * @param prober the prober that was to make it
   * @param name of the probe
   * @param lack what is missing
   */
  void cannotLook(Object prober, String name, NoVerdict lack) {
    if (blind.isEmpty()) {
      most = 0;
      LOG.warn(
          "{} could not look at its service: {}; while that lasts, the last result stands",
          name,
          lack.getMessage());
    }
    blind.add(prober);
    most = Math.max(most, blind.size());
  }

  /** A look was made, whatever its result, or the prober has stopped. */
  void looked(Object prober) {
    if (blind.remove(prober) && blind.isEmpty()) {
      LOG.info("All services can be looked at again, of which {} could not", most);
    }
  }
}
