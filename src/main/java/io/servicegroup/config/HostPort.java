package io.servicegroup.config;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads addresses of the form {@code host:port}; asks no name server. */
final class HostPort {

  static final int LARGEST_PORT = 65535;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]{0,253})");
  private static final int LONGEST_PART = 63;
  private static final Pattern PORT = Pattern.compile("\\d{1,5}");

  private HostPort() {}

  /**
   * Reads an address.
   *
   * @param defaultPort the port where none is given; 0 where one has to be
   * @throws IllegalArgumentException with a sentence that holds nothing of the text
   */
  static BackendUri.Host parse(String text, int defaultPort) {
    int colon = text.lastIndexOf(':');
    boolean hasPort = colon > text.lastIndexOf(']');
    String host = hasPort ? text.substring(0, colon) : text;
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
      if (!NetUtil.isValidIpV6Address(host) || host.contains("%") || host.startsWith("[")) {
        throw new IllegalArgumentException("an IPv6 address in brackets is one such as [::1]");
      }
    } else if (host.contains(":")) {
      throw new IllegalArgumentException("an IPv6 address stands in brackets, as in [::1]:5432");
    } else if (!isName(host)) {
      throw new IllegalArgumentException(
          "a host is a name or an address; a name has letters, digits, - and _, in parts of at most"
              + " 63 characters with dots between them");
    }
    return new BackendUri.Host(host, hasPort ? port(text.substring(colon + 1)) : port(defaultPort));
  }

  /** Whether a resolver can look the name up at all: otherwise no connection can ever succeed. */
  private static boolean isName(String host) {
    return NAME.matcher(host).matches()
        && Arrays.stream(host.replaceAll("\\.$", "").split("\\.", -1))
            .allMatch(part -> !part.isEmpty() && part.length() <= LONGEST_PART);
  }

  private static int port(String text) {
    int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : -1;
    if (port < 1 || port > LARGEST_PORT) {
      throw new IllegalArgumentException("a port is an integer from 1 to " + LARGEST_PORT);
    }
    return port;
  }

  private static int port(int defaultPort) {
    if (defaultPort == 0) {
      throw new IllegalArgumentException("a port is required, as in 127.0.0.1:9696");
    }
    return defaultPort;
  }

  /** Whether a listener at this address can be reached from this machine only. */
  static boolean isLoopback(String host) {
    Optional<byte[]> address =
        Optional.ofNullable(NetUtil.createByteArrayFromIpAddressString(host));
    if (address.isEmpty()) {
      return host.equalsIgnoreCase("localhost");
    }
    try {
      return InetAddress.getByAddress(address.get()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }
}
