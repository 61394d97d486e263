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
 * Stops the agent in good order on SIGTERM and SIGINT, which the JVM turns into its shutdown hooks,
 * and then ends the process with 0: by itself the JVM would end it as killed.
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
   * The process ends for another reason, with that reason's exit code; unless a signal came first,
   * whose end this then waits for.
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
      // Bounded here, too: where an event loop is stuck, no future completes. Vert.x itself ends
      // with the process; closing it while a part hangs would only make it complain.
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
    // Nothing is printed or flushed here: where nobody reads the output, that would never end.
    Logs.end();
    Runtime.getRuntime().halt(code);
  }
}
