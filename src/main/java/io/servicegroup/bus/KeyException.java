package io.servicegroup.bus;

import java.util.Optional;

/**
 * What cannot be done before a key of the configuration, or what it names, is another: whoever
 * starts an agent is told which, and to try again is no use. To whoever asks over HTTP it is a 503.
 */
public final class KeyException extends ServiceGroupException {

  private static final long serialVersionUID = 1;

  private final String key;
  private final String fault;
  private final String setting;

  /**
   * Says what is wrong.
   *
   * @param key the path of the key to change, for example {@code http.port}
   * @param fault a sentence: what cannot be done, why, and what to do
   */
  public KeyException(String key, String fault) {
    this(key, fault, null);
  }

  /**
   * Says that something is missing that the agent might have made itself.
   *
   * @param key the path of the key that names where it is missing
   * @param fault what is missing, as a sentence
   * @param setting the setting that keeps the agent from making it, and what to do, as a clause; or
   *     null
   */
  public KeyException(String key, String fault, String setting) {
    super(Refusal.UNAVAILABLE, key + ": " + fault + (setting == null ? "" : " and " + setting));
    this.key = key;
    this.fault = fault;
    this.setting = setting;
  }

  /**
   * The key to change.
   *
   * @return its path
   */
  public String key() {
    return key;
  }

  /**
   * What is wrong, without the key and the setting.
   *
   * @return a sentence without its full stop
   */
  public String fault() {
    return fault;
  }

  /**
   * The setting that keeps the agent from making what is missing.
   *
   * @return a clause with what to do; empty where nothing is missing
   */
  public Optional<String> setting() {
    return Optional.ofNullable(setting);
  }
}
