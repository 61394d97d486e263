/** The commands of the command line, and the signals that a running agent reacts to. */
package io.servicegroup.cli;
