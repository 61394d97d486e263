package io.servicegroup.runtime;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LogbackServiceProvider;
import ch.qos.logback.core.CoreConstants;

/**
 * Gives SLF4J a Logback that logs nothing until {@link Logs} sets it up. The library's own provider
 * looks for configuration files and for programs that configure, of which an agent has none, and
 * sets up a default that {@link Logs} would take away again: a thirtieth of an agent's start. SLF4J
 * makes it by its name.
 */
public final class UnconfiguredLogback extends LogbackServiceProvider {

  /** Makes a provider; SLF4J calls {@link #initialize()} before anything else. */
  public UnconfiguredLogback() {}

  @Override
  public void initialize() {
    LoggerContext context = (LoggerContext) getLoggerFactory();
    context.setName(CoreConstants.DEFAULT_CONTEXT_NAME);
    context.setMDCAdapter(getMDCAdapter());
    context.start();
  }
}
