package io.servicegroup.catalog;

/** Which changes of a catalogue its store tells of at present. */
public enum Telling {
  /** None: the caller polls. */
  NOTHING,
  /** Those that agents make; others write into the store as well, and tell nobody. */
  OF_AGENTS,
  /** All. */
  OF_EVERYBODY
}
