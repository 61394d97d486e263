package io.servicegroup.model;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The way in which an agent checks whether a service beside it is alive. */
public sealed interface Probe {

  /** The default timing of probes. */
  Timing DEFAULT_TIMING = new Timing(Duration.ofSeconds(1), Duration.ofMillis(500), 1, 2);

  /**
   * Tells the probe's type in the configuration.
   *
   * @return for example {@code tcp}
   */
  String type();

  /**
   * How often a service is probed, and how many results change its state.
   *
   * @param interval the time from the start of a probe to the start of the next
   * @param timeout the time after which a probe has failed; at most the interval
   * @param rise the number of passes in a row that make a failed service alive
   * @param fall the number of failures in a row that make a living service failed
   */
  record Timing(Duration interval, Duration timeout, int rise, int fall) {}

  /**
   * How a probe uses TLS.
   *
   * @param ca a PEM file with the authorities to trust; null for those of the Java runtime
   * @param verify whether the certificate has to be trusted and to name the server
   * @param serverName the name that the certificate has to have and that is sent to the server;
   *     null for the host of the address
   */
  record Tls(Path ca, boolean verify, String serverName) {

    /** Trusts the authorities of the Java runtime, and verifies the host of the address. */
    public static final Tls DEFAULT = new Tls(null, true, null);
  }

  /** No probe: the agent beats for the service while the agent itself lives. */
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
   * Passes where the service accepts a TCP connection.
   *
   * @param host the address's host
   * @param port the address's port
   * @param hold whether the connection is kept open, so that its close starts the next probe at
   *     once
   * @param tls how TLS is used, whose handshake has to succeed as well; null for no TLS
   * @param timing the timing of the probes
   */
  record Tcp(String host, int port, boolean hold, Tls tls, Timing timing) implements Probe {

    /**
     * Makes a probe without TLS.
     *
     * @param host the address's host
     * @param port the address's port
     * @param hold whether the connection is kept open
     * @param timing the timing of the probes
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
   * Passes where a process exists. One failure makes the service failed, because a process that
   * ended does not come back.
   *
   * @param pid the process's id, or null where a file has it
   * @param pidFile the file with the process's id, or null
   * @param timing the timing of the probes; the process is checked every 100 ms at most
   * @param process the identity of the process that had the id when it was first checked, so that a
   *     later process with the same id is not taken for it; null where it was not checked yet
   */
  record Pid(Long pid, Path pidFile, Timing timing, ProcessIdentity process) implements Probe {

    /**
     * Makes a probe of a process that was not checked yet.
     *
     * @param pid the process's id, or null where a file has it
     * @param pidFile the file with the process's id, or null
     * @param timing the timing of the probes
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
   * Passes where an HTTP request is answered with the expected status.
   *
   * @param url the URL of the request
   * @param expect the expected status code; 0 for any of 200 to 399
   * @param method the method of the request
   * @param headers the headers of the request, besides those that every request has; they may
   *     contain secrets
   * @param tls how TLS is used with an {@code https} URL
   * @param timing the timing of the probes
   */
  record Http(
      URI url, int expect, String method, Map<String, String> headers, Tls tls, Timing timing)
      implements Probe {

    /** Copies the headers. */
    public Http {
      headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /**
     * Makes a probe that uses GET.
     *
     * @param url the URL of the request
     * @param expect the expected status code; 0 for any of 200 to 399
     * @param timing the timing of the probes
     */
    public Http(URI url, int expect, Timing timing) {
      this(url, expect, "GET", Map.of(), Tls.DEFAULT, timing);
    }

    /** Writes the probe without the headers' values, which may be secrets. */
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
     * Reads the URL's host. {@link URI#getHost} does not find every host name that can be resolved,
     * for example none with an underscore.
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
     * Reads the URL's port.
     *
     * @return the port; 80 or 443 where the URL names none
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
