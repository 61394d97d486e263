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
 * Reads the configuration again, from where the command line said, and gives the running agent what
 * it can take without a restart. A configuration with any fault changes nothing.
 *
 * <p>May be asked from any thread; one reload at a time. What is asked for while the agent starts
 * is done when it runs.
 */
final class Reload {

  private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

  private final RootCommand root;
  private final Vertx vertx;
  private Agent agent;
  private AgentConfig running;
  private boolean asked;

  Reload(RootCommand root, Vertx vertx) {
    this.root = root;
    this.vertx = vertx;
  }

  /** The agent runs with a configuration. */
  synchronized void running(Agent started, AgentConfig config) {
    agent = started;
    running = config;
    if (asked) {
      reload();
    }
  }

  /** Blocks until all is read. */
  synchronized void reload() {
    asked = true;
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
