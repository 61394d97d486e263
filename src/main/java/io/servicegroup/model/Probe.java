package io.servicegroup.model;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** How an agent finds out whether the service beside it lives. */
public sealed interface Probe {

  /** The default pace of probes. */
  Timing DEFAULT_TIMING = new Timing(Duration.ofSeconds(1), Duration.ofMillis(500), 1, 2);

  /**
   * The word for it in the configuration.
   *
   * @return for example {@code tcp}
   */
  String type();

  /**
   * How often a probe is made and how many results make a verdict.
   *
   * @param interval from the start of a probe to the start of the next
   * @param timeout after which a probe has failed; at most the interval
   * @param rise how many passes in a row make a failed service alive
   * @param fall how many failures in a row make a living service failed
   */
  record Timing(Duration interval, Duration timeout, int rise, int fall) {}

  /**
   * How a probe speaks TLS.
   *
   * @param ca a file with the authorities to trust, in PEM; null for those of the Java runtime
   * @param verify whether the certificate is to be trusted and for the name that is called
   * @param serverName that name, which is announced too; null for the host that is called
   */
  record Tls(Path ca, boolean verify, String serverName) {

    /** The authorities of the Java runtime, and the host that is called. */
    public static final Tls DEFAULT = new Tls(null, true, null);
  }

  /** No probe: the agent beats for the service while the agent lives. */
  record None() implements Probe {
    @Override
    public String type() {
      return "none";
    }
  }

  /** The service beats for itself: {@code PUT …/heartbeat}, within {@code service_down_time}. */
  record Self() implements Probe {
    @Override
    public String type() {
      return "self";
    }
  }

  /**
   * A TCP connection is accepted.
   *
   * @param host the address's host
   * @param port the address's port
   * @param hold whether the connection is kept: its close triggers probes at once
   * @param tls how TLS is spoken, which then has to succeed as well; null for none
   * @param timing pace
   */
  record Tcp(String host, int port, boolean hold, Tls tls, Timing timing) implements Probe {

    /**
     * Makes one without TLS.
     *
     * @param host the address's host
     * @param port the address's port
     * @param hold whether the connection is kept
     * @param timing pace
     */
    public Tcp(String host, int port, boolean hold, Timing timing) {
      this(host, port, hold, null, timing);
    }

    @Override
    public String type() {
      return "tcp";
    }
  }

  /**
   * A process exists. One failure suffices: a process does not come back.
   *
   * @param pid its id, or null where a file holds it
   * @param pidFile the file that holds its id, or null
   * @param timing pace; looked at every 100 ms at most
   * @param process which process the id named when somebody looked first, so that another one that
   *     has the id later is not taken for it; null where nobody looked yet
   */
  record Pid(Long pid, Path pidFile, Timing timing, ProcessIdentity process) implements Probe {

    /**
     * Makes one of a process that nobody has looked at yet.
     *
     * @param pid its id, or null where a file holds it
     * @param pidFile the file that holds its id, or null
     * @param timing pace
     */
    public Pid(Long pid, Path pidFile, Timing timing) {
      this(pid, pidFile, timing, null);
    }

    @Override
    public String type() {
      return "pid";
    }
  }

  /**
   * An HTTP request is answered with the expected status.
   *
   * @param url what is asked
   * @param expect the expected status code; 0: any of 200 to 399
   * @param method of the request
   * @param headers of the request, besides those that every one has; may hold secrets
   * @param tls how TLS is spoken to an {@code https} url
   * @param timing pace
   */
  record Http(
      URI url, int expect, String method, Map<String, String> headers, Tls tls, Timing timing)
      implements Probe {

    /** Copies the headers. */
    public Http {
      headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /**
     * Makes one that asks with GET.
     *
     * @param url what is asked
     * @param expect the expected status code; 0: any of 200 to 399
     * @param timing pace
     */
    public Http(URI url, int expect, Timing timing) {
      this(url, expect, "GET", Map.of(), Tls.DEFAULT, timing);
    }

    /** Without the headers' values, which may be secrets. */
    @Override
    public String toString() {
      return "Http["
          + method
          + " "
          + url
          + ", expect="
          + expect
          + ", headers="
          + headers.keySet()
          + ", tls="
          + tls
          + ", timing="
          + timing
          + "]";
    }

    /**
     * Where the url leads. Not every name that resolves is one to {@link URI}, which knows no host
     * with an underscore.
     *
     * @return a name or an address, IPv6 without brackets
     */
    public String host() {
      String authority = authority();
      int colon = authority.lastIndexOf(':');
      String host = colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
      return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /**
     * The url's port.
     *
     * @return 80 or 443 where it names none
     */
    public int port() {
      String authority = authority();
      int colon = authority.lastIndexOf(':');
      if (colon > authority.lastIndexOf(']') && colon < authority.length() - 1) {
        return Integer.parseInt(authority.substring(colon + 1));
      }
      return "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
    }

    private String authority() {
      String authority = url.getRawAuthority();
      return authority.substring(authority.lastIndexOf('@') + 1);
    }

    @Override
    public String type() {
      return "http";
    }
  }
}
