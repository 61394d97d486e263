package io.servicegroup.cli;

import io.servicegroup.agent.Agent;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.runtime.Logs;
import io.servicegroup.runtime.ProcessWatchdog;
import io.vertx.core.Vertx;
import java.io.FileDescriptor;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;

/** The command {@code run}, which runs the agent until a signal ends the process. */
@Command(name = "run", description = "Runs the agent (the default).")
final class RunCommand implements Callable<Integer> {

  private final RootCommand root;

  RunCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws Exception {
    Vertx vertx = root.vertx(FileDescriptor.out);
    ProcessWatchdog.watch(vertx, RootCommand.eventLoops());
    Reload reload = new Reload(root, vertx);
    Signals.install(reload::reload);
    AgentConfig config;
    Agent agent;
    StopOnSignal onSignal;
    try {
      config = Await.result(root.loader(vertx).load());
      Logs.apply(config.logging());
      agent = new Agent(vertx, config);
      onSignal = StopOnSignal.install(agent, config.agent().stopTimeout());
    } catch (Exception e) {
      Await.end(vertx);
      throw e;
    }
    try {
      Await.result(agent.start());
    } catch (Exception e) {
      onSignal.cancel();
      throw e;
    }
    reload.running(agent, config);
    // The process ends in StopOnSignal.
    new CountDownLatch(1).await();
    return 0;
  }
}
