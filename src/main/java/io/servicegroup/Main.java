package io.servicegroup;

import io.servicegroup.cli.CommandLineInterface;

/** The process's entry. */
public final class Main {

  private Main() {}

  /**
   * Runs a command and exits with its code.
   *
   * @param arguments the command line
   */
  public static void main(String[] arguments) {
    System.exit(CommandLineInterface.execute(arguments));
  }
}
