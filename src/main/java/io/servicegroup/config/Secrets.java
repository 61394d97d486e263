package io.servicegroup.config;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the present value of a secret. The parts of a running agent keep the secrets with which
 * they were started, and ask here before each connection which ones have taken their place: the
 * file of a secret may have changed, or the configuration may have been reloaded. The log has one
 * line for each change. Where a file cannot be read, the last secret stays in use.
 *
 * <p>Thread-safe.
 */
public final class Secrets {

  private static final Logger LOG = LoggerFactory.getLogger(Secrets.class);
  private static final Map<String, Renewed> RENEWED = new ConcurrentHashMap<>();

  private Secrets() {}

  /** The present value of a secret, with the way to read it again. */
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

  /** Makes a secret that was read from files be read again whenever it is asked for. */
  static void readAgain(String name, String configured, Supplier<String> read) {
    RENEWED.put(configured, new Renewed(name, configured, read));
  }

  /** Gives whoever was started with one secret another one, from a reloaded configuration. */
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
   * Gives the parts of a running agent the secrets of a reloaded configuration.
   *
   * @param running the configuration with which the agent was started
   * @param next the configuration that was read since
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

  /** Replaces the secrets of a URI, unless anything else in it changed, which needs a restart. */
  private static void replace(String name, BackendUri running, BackendUri next) {
    if (running.toString().equals(next.toString())) {
      replace(name, running.text(), next.text());
    }
  }

  /** The present value of a secret. May block, because it may read files. */
  static String now(String configured) {
    Renewed renewed = RENEWED.get(configured);
    return renewed == null ? configured : renewed.now();
  }

  /**
   * The present value of a secret.
   *
   * @param vertx reads files
   * @param configured the secret with which the caller was started
   * @return the present secret; never fails
   */
  public static Future<String> now(Vertx vertx, String configured) {
    return RENEWED.containsKey(configured)
        ? vertx.executeBlocking(() -> now(configured), false)
        : Future.succeededFuture(configured);
  }

  /**
   * A URI with its present secrets. May block, because it may read files.
   *
   * @param configured the URI with which the caller was started
   * @return the same servers, with the present user and password
   */
  public static BackendUri present(BackendUri configured) {
    String text = configured.text();
    String now = now(text);
    return now.equals(text) ? configured : BackendUri.parse(now);
  }

  /**
   * A URI with its present secrets.
   *
   * @param vertx reads files
   * @param configured the URI with which the caller was started
   * @return the same servers, with the present user and password; never fails
   */
  public static Future<BackendUri> now(Vertx vertx, BackendUri configured) {
    return RENEWED.containsKey(configured.text())
        ? vertx.executeBlocking(() -> present(configured), false)
        : Future.succeededFuture(configured);
  }
}
