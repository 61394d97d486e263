package io.servicegroup.config;

import io.netty.util.NetUtil;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * An option in the query of a backend's URI: declared once, where its technology is. Immutable.
 *
 * @param name its name, the technology's own
 * @param rule what its values have to be, as a sentence after "the option NAME "
 * @param allowed whether a value is one
 * @param file whether it names a file, which has to be readable
 * @param meaning a sentence for whoever sets it, in Markdown
 * @param byDefault its value where it is not given; empty where there is none
 * @param needs the option and the value without which it means nothing, as in {@code ssl=true};
 *     without a value where any will do; empty where it stands alone
 * @param pairedWith the option that it is given together with; empty where there is none
 * @param repeatable whether it may be given several times; the values are then joined by commas
 * @param place whether it names a part of a server, so that two of its values are two places
 */
public record UriOption(
    String name,
    String rule,
    Predicate<String> allowed,
    boolean file,
    String meaning,
    String byDefault,
    String needs,
    String pairedWith,
    boolean repeatable,
    boolean place) {

  /** How long beats live, in seconds; every technology has it. */
  public static final String TIMEOUT = "timeout";

  private static final int LONGEST_NAME = 255;

  /**
   * An option with a rule of its own.
   *
   * @param name its name
   * @param rule what its values have to be, as a sentence after "the option NAME "
   * @param allowed whether a value is one
   * @param meaning for whoever sets it
   * @return the option
   */
  public static UriOption of(String name, String rule, Predicate<String> allowed, String meaning) {
    return new UriOption(name, rule, allowed, false, meaning, "", "", "", false, false);
  }

  /** The path of a file that has to be readable. */
  public static UriOption file(String name, String meaning) {
    Predicate<String> path = value -> !value.isBlank() && value.indexOf('\0') < 0;
    return new UriOption(
        name, "has to be the path of a file", path, true, meaning, "", "", "", false, false);
  }

  /** {@code true} or {@code false}, the latter by default. */
  public static UriOption toggle(String name, String meaning) {
    return of(name, "has to be true or false", List.of("true", "false")::contains, meaning)
        .orElse("false");
  }

  /** How long beats live for everyone who reads them. */
  public static UriOption timeout(String meaning) {
    return of(
            TIMEOUT,
            "has to be a positive number of seconds",
            value -> value.matches("\\d{1,7}(\\.\\d{1,3})?") && new BigDecimal(value).signum() > 0,
            meaning)
        .orElse("service_down_time");
  }

  /** The number of one of few things. */
  public static UriOption number(String name, String meaning) {
    return of(
        name, "has to be a number from 0 to 99999", value -> value.matches("\\d{1,5}"), meaning);
  }

  /** A name of letters, digits and a few signs. */
  public static UriOption word(String name, String meaning) {
    return of(
        name,
        "has to consist of letters, digits and . _ - :",
        value -> value.matches("[\\w.:-]{1," + LONGEST_NAME + "}"),
        meaning);
  }

  /** One of a few words. */
  public static UriOption choice(String name, List<String> words, String meaning) {
    return of(name, "has to be one of " + String.join(", ", words), words::contains, meaning);
  }

  /** A port to listen on. */
  public static UriOption port(String name, String meaning) {
    return of(
        name,
        "has to be a port, an integer from 1 to 65535",
        value -> isAddress("h:" + value),
        meaning);
  }

  /** {@code host:port}. */
  public static UriOption address(String name, String meaning) {
    return of(
        name,
        "has to be a host and a port, as in 127.0.0.1:9696: a port is required",
        UriOption::isAddress,
        meaning);
  }

  /** An address of this machine, without a port. */
  public static UriOption ownAddress(String name, String meaning) {
    return of(
        name,
        "has to be an address of this machine, such as 10.0.0.1 or ::1, and no name",
        value -> NetUtil.createByteArrayFromIpAddressString(value) != null,
        meaning);
  }

  private static boolean isAddress(String value) {
    try {
      return HostPort.parse(value, 0).port() > 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * With a value where it is not given.
   *
   * @param value for the documentation, and for the options that need this one
   * @return this option with it
   */
  public UriOption orElse(String value) {
    return new UriOption(
        name, rule, allowed, file, meaning, value, needs, pairedWith, repeatable, place);
  }

  /**
   * For use together with another option only.
   *
   * @param option its name, or {@code name=value}
   * @return this option with the condition
   */
  public UriOption onlyWith(String option) {
    return new UriOption(
        name, rule, allowed, file, meaning, byDefault, option, pairedWith, repeatable, place);
  }

  /**
   * One of two that are given both or not at all.
   *
   * @param option the other one's name
   * @return this option with the condition
   */
  public UriOption togetherWith(String option) {
    return new UriOption(
        name, rule, allowed, file, meaning, byDefault, needs, option, repeatable, place);
  }

  /** For use any number of times. */
  public UriOption severalTimes() {
    return new UriOption(
        name, rule, allowed, file, meaning, byDefault, needs, pairedWith, true, place);
  }

  /** Naming a part of a server. */
  public UriOption asPlace() {
    return new UriOption(
        name, rule, allowed, file, meaning, byDefault, needs, pairedWith, repeatable, true);
  }

  /**
   * What is wrong with a value of it.
   *
   * @param value decoded
   * @return a sentence that holds nothing of the value; empty where it is allowed
   */
  Optional<String> fault(String value) {
    boolean sound =
        repeatable ? List.of(value.split(",", -1)).stream().allMatch(allowed) : allowed.test(value);
    return sound ? Optional.empty() : Optional.of("the option " + name + " " + rule);
  }

  /** Whether what it needs is there, given or by default; or is at fault itself, which is said. */
  boolean hasWhatItNeeds(Map<String, String> given, List<UriOption> declared) {
    if (needs.isEmpty()) {
      return true;
    }
    String[] needed = needs.split("=", 2);
    Optional<UriOption> other =
        declared.stream().filter(option -> option.name().equals(needed[0])).findFirst();
    String value = given.getOrDefault(needed[0], other.map(UriOption::byDefault).orElse(""));
    if (given.containsKey(needed[0]) && other.flatMap(it -> it.fault(value)).isPresent()) {
      return true;
    }
    return needed.length > 1 ? value.equals(needed[1]) : !value.isEmpty();
  }
}
