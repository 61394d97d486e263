package io.servicegroup.heartbeat.probe;

import io.netty.channel.ChannelException;
import io.servicegroup.runtime.NoNameServerException;
import java.net.BindException;
import java.util.concurrent.RejectedExecutionException;

/**
 * Distinguishes the failure of a look that this agent itself caused, because it lacks something,
 * from a failure of the service.
 */
final class AgentLack {

  private static final int DEEPEST = 10;

  private AgentLack() {}

  /**
   * Explains the failure of a look.
   *
   * @return a {@link NoVerdict} where this agent lacks something, otherwise the failure itself
   */
  static Throwable explain(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEEPEST; depth++, cause = cause.getCause()) {
      String want = of(cause);
      if (want != null) {
        return new NoVerdict(want);
      }
    }
    return failure;
  }

  private static String of(Throwable cause) {
    if (cause instanceof VirtualMachineError || cause instanceof RejectedExecutionException) {
      return "this agent has no memory or no thread for it";
    }
    if (cause instanceof BindException) {
      return "this machine has no free port to call from";
    }
    // Netty throws this type where a socket could not even be opened; later failures have other
    // types.
    if (cause instanceof ChannelException) {
      return "this agent can open no socket; allow it more file descriptors (LimitNOFILE, ulimit"
          + " -n)";
    }
    return cause instanceof NoNameServerException ? cause.getMessage() : null;
  }
}
