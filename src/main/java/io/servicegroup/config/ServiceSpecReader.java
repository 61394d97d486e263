package io.servicegroup.config;

import io.servicegroup.model.ServiceSpec;
import io.vertx.core.json.JsonObject;

/**
 * Reads and writes a service in the form of an entry of {@code services}: the same rules for the
 * configuration file and for a join over the bus or HTTP.
 */
public final class ServiceSpecReader {

  private ServiceSpecReader() {}

  /**
   * Reads a service.
   *
   * @param json an entry of {@code services}
   * @return the service
   * @throws IllegalArgumentException with a sentence that names every field at fault and what is
   *     allowed
   */
  public static ServiceSpec read(JsonObject json) {
    throw new IllegalArgumentException("not written");
  }

  /**
   * Writes a service.
   *
   * @param spec the service
   * @return what {@link #read} takes
   */
  public static JsonObject write(ServiceSpec spec) {
    throw new IllegalArgumentException("not written");
  }
}
