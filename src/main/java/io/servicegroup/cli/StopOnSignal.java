package io.servicegroup.cli;

import io.servicegroup.agent.Agent;
import io.servicegroup.model.Durations;
import io.servicegroup.runtime.Logs;
import io.servicegroup.runtime.Why;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the agent in good order on SIGTERM and SIGINT, for which the JVM runs its shutdown hooks,
 * and then ends the process with exit code 0. Otherwise the JVM would end it with the code of a
 * killed process.
 */
final class StopOnSignal {

  private static final Logger LOG = LoggerFactory.getLogger(StopOnSignal.class);

  private final Agent agent;
  private final Duration limit;
  private final Thread hook = new Thread(this::stop, "stop");

  private StopOnSignal(Agent agent, Duration limit) {
    this.agent = agent;
    this.limit = limit;
  }

  static StopOnSignal install(Agent agent, Duration limit) {
    StopOnSignal onSignal = new StopOnSignal(agent, limit);
    Runtime.getRuntime().addShutdownHook(onSignal.hook);
    return onSignal;
  }

  /**
   * Removes the hook, because the process ends for another reason and with that reason's exit code.
   * Waits for the end of the process where a signal has already started the stop.
   */
  void cancel() throws InterruptedException {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      hook.join();
    }
  }

  private void stop() {
    int code = 0;
    try {
      // This wait is bounded as well, because no future completes where an event loop is stuck.
      // Vert.x is not closed: it ends with the process, and would log warnings where a part hangs.
      agent
          .stop()
          .toCompletionStage()
          .toCompletableFuture()
          .get(limit.toMillis() * 19 / 20, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn(
          "agent.stop_timeout, {}, is over and not everything has ended; the process ends all the"
              + " same, and members that could not leave are DOWN after service_down_time",
          Durations.text(limit));
    } catch (InterruptedException e) {
      code = 1;
    } catch (ExecutionException e) {
      LOG.error("The stop failed: {}", Why.of(e.getCause()));
      code = 1;
    }
    // Nothing is printed or flushed here: that would block where nobody reads the output.
    Logs.end();
    Runtime.getRuntime().halt(code);
  }
}
