package io.servicegroup.config;

import java.util.Optional;

/**
 * Makes the records of {@code http} and {@code agent_check}; checks the rules between their keys.
 */
final class HttpReader {

  private HttpReader() {}

  static AgentConfig.Http http(Section root, Values values) {
    Section section = root.section("http");
    String host = values.get(Keys.HTTP_HOST);
    boolean anonymous = values.get(Keys.ALLOW_ANONYMOUS);
    Optional<String> token = values.find(Keys.TOKEN);
    if (!anonymous
        && token.isEmpty()
        && !HostPort.isLoopback(host)
        && section.isSound("host", "token", "allow_anonymous")) {
      section.refuse(
          "host", "an address other than loopback needs http.token, or http.allow_anonymous: true");
    }
    return new AgentConfig.Http(host, values.get(Keys.HTTP_PORT), token, tls(values), anonymous);
  }

  private static Optional<AgentConfig.Tls> tls(Values values) {
    return values
        .find(Keys.CERTIFICATE)
        .flatMap(
            certificate ->
                values
                    .find(Keys.TLS_KEY)
                    .map(
                        key -> new AgentConfig.Tls(certificate, key, values.find(Keys.CLIENT_CA))));
  }

  static AgentConfig.AgentCheck agentCheck(Section root, Values values) {
    String host = values.get(Keys.CHECK_HOST);
    Optional<Integer> port = values.find(Keys.CHECK_PORT);
    if (root.isSound("http.host", "http.port")
        && port.isPresent()
        && port.get() != 0
        && port.get().equals(values.get(Keys.HTTP_PORT))
        && host.equals(values.get(Keys.HTTP_HOST))) {
      root.section("agent_check").refuse("port", "allowed is another port than http.port");
    }
    return new AgentConfig.AgentCheck(host, port);
  }
}
