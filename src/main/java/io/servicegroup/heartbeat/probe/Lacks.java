package io.servicegroup.heartbeat.probe;

import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that services cannot be looked at for want of something of this agent's own, and once
 * that all of them can again, however many they are.
 *
 * <p>Not thread-safe.
 */
final class Lacks {

  private static final Logger LOG = LoggerFactory.getLogger(Lacks.class);

  private final Set<Object> blind = new HashSet<>();
  private int most;

  /**
   * A look could not be made.
   *
   * @param prober who was to make it
   * @param name of the probe
   * @param lack what is missing
   */
  void cannotLook(Object prober, String name, NoVerdict lack) {
    if (blind.isEmpty()) {
      most = 0;
      LOG.warn(
          "{} could not look: {}; while that lasts, what was seen last stands",
          name,
          lack.getMessage());
    }
    blind.add(prober);
    most = Math.max(most, blind.size());
  }

  /** A look was made, whatever it saw, or none will be made any more. */
  void looked(Object prober) {
    if (blind.remove(prober) && blind.isEmpty()) {
      LOG.info("All services can be looked at again; {} could not", most);
    }
  }
}
