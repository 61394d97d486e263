package io.servicegroup;

import io.servicegroup.cli.CommandLineInterface;
import io.servicegroup.runtime.HostNames;

/** The process's entry. */
public final class Main {

  private Main() {}

  /**
   * Runs a command and exits with its code.
   *
   * @param arguments the command line
   */
  public static void main(String[] arguments) {
    HostNames.rememberNothing();
    System.exit(CommandLineInterface.execute(arguments));
  }
}
