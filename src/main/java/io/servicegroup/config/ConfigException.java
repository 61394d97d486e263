package io.servicegroup.config;

import io.servicegroup.model.Fault;
import java.util.List;
import java.util.stream.Collectors;

/** Refuses a configuration, with all its faults. */
public final class ConfigException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // Exceptions of ours are never serialised.
  private final List<Fault> faults;

  /**
   * Refuses a configuration.
   *
   * @param faults at least one
   */
  public ConfigException(List<Fault> faults) {
    super(faults.stream().map(Fault::toString).collect(Collectors.joining("\n")));
    this.faults = List.copyOf(faults);
  }

  /**
   * All faults of the configuration.
   *
   * @return the faults in the order of the sections
   */
  public List<Fault> faults() {
    return faults;
  }
}
