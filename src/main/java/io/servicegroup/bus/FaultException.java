package io.servicegroup.bus;

import io.servicegroup.model.Fault;
import java.util.Optional;

/**
 * A failure that a retry does not mend, because something has to be changed first: a key of the
 * configuration, what the key names, or the member itself, for example where its metadata is too
 * large for its store. Code that retries gives up on this exception and reports its fault.
 */
public final class FaultException extends ServiceGroupException {

  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // Exceptions of ours are never serialised.
  private final Fault fault;

  @SuppressWarnings("serial")
  private final Fault setting;

  /**
   * Makes a failure whose message is made from its fault.
   *
   * @param kind what the failure means to the caller
   * @param fault what is wrong; its rule is a sentence of its own, without its full stop
   */
  public FaultException(Refusal kind, Fault fault) {
    this(kind, fault, sentence(fault.key(), fault, null));
  }

  /**
   * Makes a failure with a message of its own.
   *
   * @param kind what the failure means to the caller
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
   * Makes a failure about something that is missing and that a setting keeps the agent from making.
   *
   * @param fault what is missing, and where; its rule is a sentence of its own, without its full
   *     stop
   * @param setting the setting, and what to do
   * @return the exception
   */
  public static FaultException lacking(Fault fault, Fault setting) {
    return new FaultException(fault, setting);
  }

  /**
   * Tells what is wrong.
   *
   * @return the fault, with the key or the field to change
   */
  public Fault fault() {
    return fault;
  }

  /**
   * Tells which setting keeps the agent from making what is missing.
   *
   * @return the setting, and what to do; empty where nothing is missing
   */
  public Optional<Fault> setting() {
    return Optional.ofNullable(setting);
  }

  /**
   * Makes the message for a user who did not give the value by its key.
   *
   * @param key the name by which the user gave it, for example an option of a command
   * @return a sentence without its full stop
   */
  public String messageFor(String key) {
    return sentence(key, fault, setting);
  }

  private static String sentence(String key, Fault fault, Fault setting) {
    String wrong = key + ": " + fault.rule();
    return setting == null
        ? wrong
        : "%s and %s is %s: %s".formatted(wrong, setting.key(), setting.given(), setting.rule());
  }
}
