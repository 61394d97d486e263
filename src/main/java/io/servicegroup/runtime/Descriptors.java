package io.servicegroup.runtime;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this process may open files and sockets. One that may not cannot connect to a backend
 * again, and is heard by nobody who asks it; what is open goes on. That may pass, since probes and
 * readers close what they opened, and is waited for; but not for long.
 *
 * <p>Not thread-safe.
 */
final class Descriptors {

  /** Opens one and closes it again. */
  interface Attempt {
    void make() throws IOException;
  }

  /** As long as {@code service_down_time} by default: longer, a restart does less harm. */
  static final int MOST_LOOKS = 15;

  private static final Logger LOG = LoggerFactory.getLogger(Descriptors.class);

  private final Attempt attempt;
  private int refused;

  Descriptors(Attempt attempt) {
    this.attempt = attempt;
  }

  static Descriptors ofThisProcess() {
    return new Descriptors(() -> SocketChannel.open().close());
  }

  /**
   * Looks; to be called once a second.
   *
   * @return why the process is to end, where it has had to do without for too long
   */
  Optional<String> look() {
    try {
      attempt.make();
    } catch (IOException e) {
      refused++;
      if (refused == 1) {
        LOG.warn(
            "No file or socket can be opened ({}): nothing new is connected to or answered, and"
                + " after {} s of this the agent ends, to be started again. Allow it more"
                + " descriptors (ulimit -n, LimitNOFILE in a systemd unit)",
            e.getMessage(),
            MOST_LOOKS);
      }
      return refused < MOST_LOOKS
          ? Optional.empty()
          : Optional.of(
              "no file or socket could be opened for %d s (%s): allow it more descriptors (ulimit"
                      .formatted(refused, e.getMessage())
                  + " -n, LimitNOFILE in a systemd unit)");
    }
    if (refused > 0) {
      LOG.info("Files and sockets can be opened again after {} s", refused);
      refused = 0;
    }
    return Optional.empty();
  }
}
