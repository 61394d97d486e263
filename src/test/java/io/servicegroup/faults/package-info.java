/**
 * What real agents on a real server do when something breaks. The scenarios are written once: the
 * ITs run them short, {@code scripts/soak} runs them long and prints what it counted.
 */
package io.servicegroup.faults;
