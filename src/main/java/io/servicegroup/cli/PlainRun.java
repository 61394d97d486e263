package io.servicegroup.cli;

import java.util.Map;
import java.util.Optional;

/**
 * Reads the command line with which agents are started: {@code run}, {@code --config}, {@code
 * --set} and {@code --verbose}, and nothing that could be wrong. For these few words the library
 * that reads command lines would take a fifth of an agent's start. Whatever else is written is left
 * to it.
 */
final class PlainRun {

  private PlainRun() {}

  /**
   * Reads a command line.
   *
   * @param environment the environment variables
   * @param arguments the command line
   * @return the options of an agent that is to run; empty where the library has to read it
   */
  static Optional<RootCommand> read(Map<String, String> environment, String... arguments) {
    RootCommand root = new RootCommand(environment);
    boolean named = false;
    for (int i = 0; i < arguments.length; i++) {
      String word = arguments[i];
      if (word.equals("run") && !named) {
        named = true;
      } else if (word.equals("--verbose")) {
        root.speakUp();
      } else if (!take(root, word, i + 1 < arguments.length ? arguments[i + 1] : "")) {
        return Optional.empty();
      } else if (!word.contains("=")) {
        i++;
      }
    }
    return Optional.of(root);
  }

  /** Takes an option with its value, which follows it or an equals sign; whether it is one. */
  private static boolean take(RootCommand root, String word, String next) {
    int sign = word.indexOf('=');
    String value = sign < 0 ? next : word.substring(sign + 1);
    // A value that is missing, or looks like an option, is for the library to judge.
    return !value.isEmpty()
        && !value.startsWith("-")
        && root.take(sign < 0 ? word : word.substring(0, sign), value);
  }
}
