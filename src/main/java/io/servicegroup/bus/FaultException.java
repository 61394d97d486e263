package io.servicegroup.bus;

import io.servicegroup.model.Fault;
import java.util.Optional;

/**
 * What cannot be done however often it is tried: what is at fault has to be another first. That is
 * a key of the configuration, or what it names; or the member itself, as where its metadata is too
 * large for its store. Whoever tries again by himself gives up where he gets this, and says why.
 */
public final class FaultException extends ServiceGroupException {

  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // Exceptions of ours are never serialised.
  private final Fault fault;

  @SuppressWarnings("serial")
  private final Fault setting;

  /**
   * Refuses what has a fault.
   *
   * @param kind what the refusal means to whoever asked
   * @param fault what is wrong; its rule is a sentence of its own, without its full stop
   */
  public FaultException(Refusal kind, Fault fault) {
    this(kind, fault, sentence(fault.key(), fault, null));
  }

  /**
   * Refuses what has a fault, in words that say whose it is.
   *
   * @param kind what the refusal means to whoever asked
   * @param fault what is wrong
   * @param message a sentence: what cannot be done, why, and what is allowed
   */
  public FaultException(Refusal kind, Fault fault, String message) {
    super(kind, message);
    this.fault = fault;
    this.setting = null;
  }

  private FaultException(Fault fault, Fault setting) {
    super(Refusal.UNAVAILABLE, sentence(fault.key(), fault, setting));
    this.fault = fault;
    this.setting = setting;
  }

  /**
   * Says that something is missing that the agent might have made itself.
   *
   * @param fault what is missing where; its rule is a sentence of its own, without its full stop
   * @param setting the setting that keeps the agent from making it, and what to do
   * @return what to fail with
   */
  public static FaultException lacking(Fault fault, Fault setting) {
    return new FaultException(fault, setting);
  }

  /**
   * What is wrong.
   *
   * @return with the key to change, or the field
   */
  public Fault fault() {
    return fault;
  }

  /**
   * The setting that keeps the agent from making what is missing.
   *
   * @return with what to do; empty where nothing is missing
   */
  public Optional<Fault> setting() {
    return Optional.ofNullable(setting);
  }

  /**
   * The whole sentence, for whoever gave the value otherwise than by its key.
   *
   * @param key what he knows it by, as an option of a command
   * @return a sentence without its full stop
   */
  public String under(String key) {
    return sentence(key, fault, setting);
  }

  private static String sentence(String key, Fault fault, Fault setting) {
    String wrong = key + ": " + fault.rule();
    return setting == null
        ? wrong
        : "%s and %s is %s: %s".formatted(wrong, setting.key(), setting.given(), setting.rule());
  }
}
