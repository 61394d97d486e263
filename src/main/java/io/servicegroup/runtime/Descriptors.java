package io.servicegroup.runtime;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks whether this process can open files and sockets. A process without free descriptors cannot
 * connect to a backend again and answers no request, while its open connections go on. This may
 * pass, since probes and readers close what they opened, so it is waited for, but not for long.
 *
 * <p>Not thread-safe.
 */
final class Descriptors {

  /** Opens a socket and closes it again. */
  interface Attempt {
    void make() throws IOException;
  }

  /**
   * The number of failed looks after which the process is to end: at one per second as long as the
   * default {@code service_down_time}, after which a restart does less harm.
   */
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
   * Tries to open a socket; to be called once a second.
   *
   * @return why the process is to end, where no socket could be opened for too long
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
