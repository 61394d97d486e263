package io.servicegroup.http;

import io.netty.util.NetUtil;
import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.Refusal;
import io.servicegroup.model.Fault;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;

/** Explains why an address and port cannot be listened on, and names the key to change. */
final class ListenFailure {

  private static final int FIRST_UNPRIVILEGED_PORT = 1024;

  private ListenFailure() {}

  /**
   * Makes a future that fails with one sentence about the key to change.
   *
   * @param section {@code http} or {@code agent_check}
   * @param host the configured address
   * @param port the configured port
   * @param failure the failure to listen
   * @return a failed future
   */
  static <T> Future<T> of(String section, String host, int port, Throwable failure) {
    boolean byHost = failure instanceof UnknownHostException || isOfAnotherMachine(host);
    return Future.failedFuture(
        new FaultException(
            Refusal.UNAVAILABLE,
            new Fault(
                section + (byHost ? ".host" : ".port"),
                byHost ? host : String.valueOf(port),
                "cannot listen on %s:%d: %s"
                    .formatted(host, port, byHost ? whyHost(failure) : whyPort(port, failure)))));
  }

  private static String whyHost(Throwable failure) {
    return (failure instanceof UnknownHostException
            ? "the name cannot be resolved"
            : "this machine has no such address")
        + "; allowed is an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them";
  }

  private static String whyPort(int port, Throwable failure) {
    if (!(failure instanceof BindException)) {
      return Why.of(failure);
    }
    return Why.of(failure)
        + (port < FIRST_UNPRIVILEGED_PORT
            ? "; another process listens there, or this user may not take a port below 1024"
            : "; another process listens there: end it, or choose another port");
  }

  /** Whether an address is none of this machine's, so that the host is wrong and not the port. */
  private static boolean isOfAnotherMachine(String host) {
    byte[] octets = NetUtil.createByteArrayFromIpAddressString(host);
    if (octets == null) {
      return false;
    }
    try {
      InetAddress address = InetAddress.getByAddress(octets);
      return !address.isAnyLocalAddress()
          && !address.isLoopbackAddress()
          && NetworkInterface.getByInetAddress(address) == null;
    } catch (UnknownHostException | SocketException e) {
      return false;
    }
  }
}
