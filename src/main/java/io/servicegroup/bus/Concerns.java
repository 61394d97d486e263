package io.servicegroup.bus;

import io.servicegroup.model.Concern;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what works only in part: once in the log when it begins and once when it ends, and in {@code
 * /health} for as long as it lasts.
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
   * Of a liveness backend.
   *
   * @param vertx whose event bus
   * @param backend its configured name
   * @return without any
   */
  public static Concerns ofBackend(Vertx vertx, String backend) {
    return new Concerns(vertx, "backend:" + backend);
  }

  /**
   * Of the catalogue.
   *
   * @param vertx whose event bus
   * @return without any
   */
  public static Concerns ofCatalog(Vertx vertx) {
    return new Concerns(vertx, "catalog");
  }

  /**
   * Something works only in part.
   *
   * @param subject which part
   * @param text what is wrong and what to do, as a sentence without its full stop
   */
  public void raise(String subject, String text) {
    raise(subject, text, false);
  }

  /**
   * Something that this agent itself runs does not, so that it is not ready meanwhile.
   *
   * @param subject what
   * @param text as for {@link #raise}
   */
  public void raiseUnready(String subject, String text) {
    raise(subject, text, true);
  }

  private void raise(String subject, String text, boolean unready) {
    if (open.add(subject)) {
      LOG.warn("{}: {}", about, text);
      Topics.CONCERN.publish(vertx, new Concern(about, subject, text, unready));
    }
  }

  /**
   * A part works again; nothing happens where nothing was wrong with it.
   *
   * @param subject which part
   */
  public void settle(String subject) {
    if (open.remove(subject)) {
      LOG.info("{}: all is well again with {}", about, subject);
      Topics.CONCERN.publish(vertx, new Concern(about, subject, null, false));
    }
  }

  /**
   * Whether something was raised and not settled.
   *
   * @param subject which part
   * @return whether it lasts
   */
  public boolean isOpen(String subject) {
    return open.contains(subject);
  }
}
