package io.servicegroup.config;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Secrets as they are now. Whoever runs holds the ones that it was configured with when it started;
 * here it asks, before each connection, what became of them: a file that they were read from may
 * hold others by now, or the configuration may have been reloaded. One line in the log tells of
 * each change; what cannot be read leaves the last one in use.
 *
 * <p>Thread-safe.
 */
public final class Secrets {

  private static final Logger LOG = LoggerFactory.getLogger(Secrets.class);
  private static final Map<String, Renewed> RENEWED = new ConcurrentHashMap<>();

  private Secrets() {}

  private static final class Renewed {
    private final String name;
    private final Supplier<String> read;
    private String last;
    private boolean failing;

    Renewed(String name, String last, Supplier<String> read) {
      this.name = name;
      this.last = last;
      this.read = read;
    }

    synchronized String now() {
      try {
        String present = read.get();
        if (!present.equals(last)) {
          last = present;
          LOG.info("The secret of {} has changed: the new one is used from now on", name);
        }
        failing = false;
      } catch (IllegalArgumentException e) {
        if (!failing) {
          LOG.warn("The secret of {} stays as it was: {}", name, e.getMessage());
        }
        failing = true;
      }
      return last;
    }
  }

  /** A text that files were read for is to be read again whenever it is needed. */
  static void readAgain(String name, String configured, Supplier<String> read) {
    RENEWED.put(configured, new Renewed(name, configured, read));
  }

  /** What took part in a configuration that was reloaded gives way to what takes its place. */
  static void replace(String name, String configured, String by) {
    if (!configured.equals(by)) {
      Renewed before = RENEWED.get(configured);
      String last = before == null ? configured : before.last;
      Renewed renewed = new Renewed(name, last, () -> now(by));
      RENEWED.put(configured, renewed);
      renewed.now();
    }
  }

  /**
   * Gives those who run with one configuration the secrets of another.
   *
   * @param running what they were started with
   * @param next what was read since
   */
  public static void replace(AgentConfig running, AgentConfig next) {
    replace("catalog.uri", running.catalog().uri(), next.catalog().uri());
    for (AgentConfig.Backend backend : running.liveness().backends()) {
      next.liveness().backends().stream()
          .filter(other -> other.name().equals(backend.name()))
          .forEach(other -> replace(backend, other));
    }
    running.values().keys().stream()
        .filter(key -> key.isSecret() && !key.isInEntry())
        .forEach(key -> replace(key, running.values(), next.values()));
  }

  private static void replace(Key<?> key, Values running, Values next) {
    running
        .find(key)
        .ifPresent(
            was ->
                next.find(key).ifPresent(is -> replace(key.path(), was.toString(), is.toString())));
  }

  private static void replace(AgentConfig.Backend running, AgentConfig.Backend next) {
    if (running instanceof AgentConfig.BuiltIn was && next instanceof AgentConfig.BuiltIn is) {
      replace("liveness.backends " + was.name(), was.uri(), is.uri());
    }
  }

  /** Other servers need a restart; here only the way into the same ones changes. */
  private static void replace(String name, BackendUri running, BackendUri next) {
    if (running.toString().equals(next.toString())) {
      replace(name, running.text(), next.text());
    }
  }

  /** A secret as it is now, for whoever may block. */
  static String now(String configured) {
    Renewed renewed = RENEWED.get(configured);
    return renewed == null ? configured : renewed.now();
  }

  /**
   * A secret as it is now.
   *
   * @param vertx for reading files
   * @param configured as the configuration gave it
   * @return never fails
   */
  public static Future<String> now(Vertx vertx, String configured) {
    return RENEWED.containsKey(configured)
        ? vertx.executeBlocking(() -> now(configured), false)
        : Future.succeededFuture(configured);
  }

  /**
   * A URI as it is now, for whoever may block.
   *
   * @param configured as the configuration gave it
   * @return the same servers, with the present user and password
   */
  public static BackendUri present(BackendUri configured) {
    String text = configured.text();
    String now = now(text);
    return now.equals(text) ? configured : BackendUri.parse(now);
  }

  /**
   * A URI as it is now.
   *
   * @param vertx for reading files
   * @param configured as the configuration gave it
   * @return the same servers, with the present user and password; never fails
   */
  public static Future<BackendUri> now(Vertx vertx, BackendUri configured) {
    return RENEWED.containsKey(configured.text())
        ? vertx.executeBlocking(() -> present(configured), false)
        : Future.succeededFuture(configured);
  }
}
