package io.servicegroup.cli;

import io.servicegroup.agent.Agent;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.ConfigException;
import io.servicegroup.config.Restart;
import io.servicegroup.runtime.Logs;
import io.servicegroup.runtime.Why;
import io.vertx.core.Vertx;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again, from the files of the command line, and passes on what the running
 * agent can change without a restart. A configuration with any fault changes nothing.
 *
 * <p>Thread-safe; only one reload runs at a time. A reload that is requested while the agent starts
 * is made when the agent runs.
 */
final class Reload {

  private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

  private final RootCommand root;
  private final Vertx vertx;
  private Agent agent;
  private AgentConfig running;
  private boolean requested;

  Reload(RootCommand root, Vertx vertx) {
    this.root = root;
    this.vertx = vertx;
  }

  /** Learns that the agent runs, and with which configuration. */
  synchronized void running(Agent started, AgentConfig config) {
    agent = started;
    running = config;
    if (requested) {
      reload();
    }
  }

  /** Reloads the configuration. Blocks until everything is read. */
  synchronized void reload() {
    requested = true;
    if (agent == null) {
      return;
    }
    try {
      AgentConfig next = Await.result(root.loader(vertx).load());
      Logs.apply(next.logging());
      agent.reload(next);
      List<String> keys = Restart.keys(running, next);
      if (keys.isEmpty()) {
        LOG.info("The configuration was read again");
      } else {
        LOG.warn(
            "The configuration was read again; what changed in {} needs a restart",
            String.join(", ", keys));
      }
    } catch (ConfigException e) {
      LOG.error("The configuration was not reloaded, and nothing changed: it has these faults");
      e.faults().forEach(fault -> LOG.error("{}", fault));
    } catch (Exception e) {
      LOG.error("The configuration was not reloaded, and nothing changed: {}", Why.of(e));
      LOG.debug("The configuration was not reloaded", e);
    }
  }
}
