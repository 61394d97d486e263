package io.servicegroup.heartbeat.probe;

import io.netty.handler.codec.DecoderException;
import io.vertx.core.http.HttpClosedException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeoutException;

/** Says in a few words why a probe failed. */
final class FailureText {

  private static final int MAX_LENGTH = 120;

  private FailureText() {}

  static String of(Throwable failure) {
    if (failure instanceof ProbeFailure || failure instanceof TimeoutException) {
      return failure.getMessage();
    }
    String message = clean(failure);
    // The system's own message about a connection or a host name.
    if (failure instanceof SocketException || failure instanceof UnknownHostException) {
      return message;
    }
    if (failure instanceof HttpClosedException) {
      return "the connection was closed before the answer";
    }
    String tls = TlsText.of(failure);
    if (tls != null) {
      return tls;
    }
    if (failure instanceof ClosedChannelException) {
      return "the connection was closed at once";
    }
    // Netty's decoder passes on the exceptions of its parser.
    if (failure instanceof IllegalArgumentException || failure instanceof DecoderException) {
      return "what it answered is no HTTP";
    }
    return message;
  }

  /**
   * Makes one bounded line of printable characters from a failure's message, which a peer may have
   * determined.
   */
  static String clean(Throwable failure) {
    String message = failure.getMessage();
    String text =
        (message == null || message.isBlank() ? failure.getClass().getSimpleName() : message)
            .replaceAll("\\p{Cntrl}+", " ")
            .strip();
    return text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "…" : text;
  }
}
