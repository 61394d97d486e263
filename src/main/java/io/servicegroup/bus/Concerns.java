package io.servicegroup.bus;

import io.servicegroup.model.Concern;
import io.vertx.core.Vertx;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;
import java.util.HashSet;
import java.util.Set;

/**
 * Reports the parts of a backend or of the catalogue that do not work while the rest does. Each
 * such concern is logged once when it begins and once when it ends, and is shown in {@code /health}
 * while it lasts.
 *
 * <p>Not thread-safe.
 */
public final class Concerns {

  private static final Logger LOG = LoggerFactory.getLogger(Concerns.class);

  private final Vertx vertx;
  private final String about;
  private final Set<String> open = new HashSet<>();

  private Concerns(Vertx vertx, String about) {
    this.vertx = vertx;
    this.about = about;
  }

  /**
   * Makes the concerns of a liveness backend.
   *
   * @param vertx whose event bus is used
   * @param backend the backend's configured name
   * @return an object without any concern
   */
  public static Concerns ofBackend(Vertx vertx, String backend) {
    return new Concerns(vertx, "backend:" + backend);
  }

  /**
   * Makes the concerns of the catalogue.
   *
   * @param vertx whose event bus is used
   * @return an object without any concern
   */
  public static Concerns ofCatalog(Vertx vertx) {
    return new Concerns(vertx, "catalog");
  }

  /**
   * Reports that a part does not work. Does nothing where that is reported already.
   *
   * @param subject names the part
   * @param text what is wrong and what to do, as a sentence without its full stop
   */
  public void raise(String subject, String text) {
    raise(subject, text, false);
  }

  /**
   * Reports that a part does not work which this agent itself runs, so that the agent is not ready
   * meanwhile.
   *
   * @param subject names the part
   * @param text as for {@link #raise}
   */
  public void raiseUnready(String subject, String text) {
    raise(subject, text, true);
  }

  private void raise(String subject, String text, boolean unready) {
    if (open.add(subject)) {
      LOG.warn(about + ": " + text);
      Topics.CONCERN.publish(vertx, new Concern(about, subject, text, unready));
    }
  }

  /**
   * Reports that a part works again. Does nothing where it was not reported.
   *
   * @param subject names the part
   */
  public void settle(String subject) {
    if (open.remove(subject)) {
      LOG.info(about + ": all is well again with " + subject);
      Topics.CONCERN.publish(vertx, new Concern(about, subject, null, false));
    }
  }

  /**
   * Tells whether a part is reported as not working.
   *
   * @param subject names the part
   * @return whether it was raised and not settled since
   */
  public boolean isOpen(String subject) {
    return open.contains(subject);
  }
}
